import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding, Remedy } from "#model/evidence.ts";
import { type Check, judged } from "../finding.ts";
import { type Replicated, replicated } from "../parts.ts";
import { time } from "../words.ts";

type Policy = Exclude<Replicated["scaling"][number], { readonly kind: "scheduled" }>;

/** How often EC2 sends metrics of an instance, without detailed monitoring and with it. */
const BASIC_PERIOD = 300_000;
const DETAILED_PERIOD = 60_000;

/** What sends a metric, and what is missing where nothing does. */
interface Source {
  readonly isThere: boolean;
  readonly says: string;
  readonly page: string;
  readonly remedy: string;
  readonly set: Remedy["set"];
}

/** Whether what scaling follows is measured at all, and as often as it looks. */
export const scalingMetrics: Check = (architecture) =>
  replicated(architecture).flatMap(([name, { scaling }]) =>
    scaling.flatMap((policy, index): Finding[] => {
      const source = policy.kind === "scheduled" ? null : sourceOf(architecture, name, policy);
      if (source === null) return [];
      const { isThere, says, page, remedy, set } = source;
      const part = `services.${name}.scaling.${index}.metric`;
      const references = [{ page, asOf: "2025-05" }];
      return [judged(isThere, { check: "scaling-metric", part, says, references }, remedy, set)];
    }),
  );

/** Null for what the load balancer or ECS counts by itself. */
function sourceOf({ compute }: ResolvedArchitecture, name: string, policy: Policy): Source | null {
  if (policy.metric === "requests-per-target") return null;
  if (compute.kind === "eks") return metricsServer(compute.addOns, name, policy.metric);
  if (compute.kind === "ecs-fargate") return null;
  return policy.metric === "memory"
    ? agent(compute.cloudWatchAgent, name)
    : monitoring(compute.detailedMonitoring, name, policy.kind === "step" ? policy.period : DETAILED_PERIOD);
}

function metricsServer(addOns: readonly string[], name: string, metric: string): Source {
  const isThere = addOns.includes("metrics-server");
  return {
    isThere,
    says: isThere
      ? `The metrics server gives the autoscaler of ${name} its ${metric}.`
      : `The autoscaler of ${name} follows ${metric}, and there is no metrics server that would tell it: it never scales.`,
    page: "https://docs.aws.amazon.com/eks/latest/userguide/horizontal-pod-autoscaler.html",
    remedy: "Add metrics-server to compute.addOns.",
    set: { "compute.addOns": [...addOns, "metrics-server"] },
  };
}

function agent(isThere: boolean, name: string): Source {
  return {
    isThere,
    says: isThere
      ? `CloudWatch's agent sends the memory of the instances of ${name}.`
      : `Scaling of ${name} follows memory, which EC2 does not see from outside, and no agent sends it.`,
    page: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/metrics-collected-by-CloudWatch-agent.html",
    remedy: "Turn compute.cloudWatchAgent on.",
    set: { "compute.cloudWatchAgent": true },
  };
}

function monitoring(isDetailed: boolean, name: string, looks: number): Source {
  const sent = isDetailed ? DETAILED_PERIOD : BASIC_PERIOD;
  return {
    isThere: sent <= looks,
    says: `Scaling of ${name} looks at cpu every ${time(looks)}; with ${isDetailed ? "detailed" : "basic"} monitoring EC2 sends it every ${time(sent)}.`,
    page: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html",
    remedy: "Turn compute.detailedMonitoring on.",
    set: { "compute.detailedMonitoring": true },
  };
}
