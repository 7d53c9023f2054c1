/** How an architecture's services are rolled, by what they run on. */
import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import type { ReplicaSettings } from "../replica-state.ts";
import type { RolloutPolicy } from "./deployment-state.ts";

type Compute = ResolvedArchitecture["compute"];
type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/**
 * Within which bounds replicas are replaced. On EC2 the instance refresh has the minimum, and its maximum may be at most
 * 100 above it. A disruption budget is Kubernetes' own.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-maintenance-policy-overview-and-considerations.html
 */
export function rolloutPercentages(
  compute: Compute,
  { rollout, disruption }: Pick<Replicated, "rollout" | "disruption">,
): Pick<ReplicaSettings, "minimumHealthyPercent" | "maximumPercent" | "rounding" | "minAvailable"> {
  const declared = { minimumHealthyPercent: rollout.minHealthy, maximumPercent: rollout.max };
  switch (compute.kind) {
    case "ecs-fargate":
      return { ...declared, rounding: "ecs" };
    case "eks":
      return {
        ...declared,
        rounding: "kubernetes",
        ...(disruption ? { minAvailable: disruption.minAvailable } : {}),
      };
    case "ec2-auto-scaling": {
      const minimumHealthyPercent = compute.instanceRefresh.minHealthy;
      const maximumPercent = Math.min(rollout.max, minimumHealthyPercent + 100);
      return { minimumHealthyPercent, maximumPercent, rounding: "ecs" };
    }
  }
}

/** By which rules a version is deployed and given up, with the document's own times. */
export function rolloutPolicy(compute: Compute, { rollout }: Pick<Replicated, "rollout">): RolloutPolicy {
  const common = {
    onFailure: rollout.circuitBreaker,
    progressDeadlineMs: rollout.progressDeadline,
    minReadyMs: rollout.minReady,
    checkpoints: [100],
    checkpointDelayMs: 0,
  };
  switch (compute.kind) {
    case "ecs-fargate":
      return { ...common, controller: "ecs" };
    case "eks":
      return { ...common, controller: "kubernetes" };
    case "ec2-auto-scaling": {
      const { warmup, checkpoints, checkpointDelay } = compute.instanceRefresh;
      const ascending = [...new Set([...checkpoints, 100])].toSorted((a, b) => a - b);
      return {
        ...common,
        controller: "instance-refresh",
        minReadyMs: warmup,
        checkpoints: ascending,
        checkpointDelayMs: checkpointDelay,
      };
    }
  }
}
