/**
 * A deployment: jobs first, then the roll, which is given up where it does not succeed.
 *
 * - ECS's rolling update, by its circuit breaker: new tasks that exit or never become healthy are counted, and half the
 *   desired count of them, at least 3 and at most 200, fail the deployment; a task that becomes healthy clears the count.
 *   Then the service rolls back to the last revision that completed, or just starts no more.
 *   https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 * - Kubernetes' Deployment, by its progress deadline: one without progress for that long has failed
 *   (ProgressDeadlineExceeded). Kubernetes leaves it at that; rolling back, where the architecture asks for it, is what
 *   `kubectl rollout undo` or Argo CD would do then.
 *   https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#failed-deployment
 * - EC2 Auto Scaling's instance refresh: it waits at its checkpoints, and an instance counts when its warmup is over.
 *   https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh.html
 *
 * Every deployment ends: without progress the deadline is over for all three, which on ECS and EC2 an alarm or a
 * pipeline's time-out would see to. A roll back is not given up by failures, but said to have failed at its deadline.
 */
import { type Instant, earliestAfter } from "../controller.ts";
import {
  type RollPace,
  type ReplicasEvent,
  type ReplicasState,
  isAvailable,
  isHealthy,
  isLive,
  isOutdated,
} from "../replica-state.ts";
import { type DeploymentProgress, type DeploymentState, failureThreshold } from "./deployment-state.ts";

/**
 * A controller that was held up goes by what it knew before, until it has heard what happened meanwhile: that every new
 * replica was well for long enough is looked at once more after this time.
 */
const CONFIRMED_AFTER_MS = 500;

/** What has become of a deployment, and what the replicas are to be told. */
export interface DeploymentStep {
  readonly deployment: DeploymentState;
  readonly tell: ReplicasEvent | null;
}

/** The job that ran has ended. @param failure why it failed; null where it did not. */
export function jobEnded(deployment: DeploymentState, failure: string | null, now: Instant): DeploymentState {
  if (failure !== null) return over(deployment, failure, now);
  return { ...deployment, jobs: deployment.jobs.slice(1), progressAt: now };
}

/** It ends because something else is done to the replicas. */
export function superseded(deployment: DeploymentState, reason: string, now: Instant): DeploymentState {
  return over(deployment, reason, now);
}

/** Looks at the replicas and goes on as far as they allow; called again until it tells them nothing more. */
export function advance(deployment: DeploymentState, replicas: ReplicasState, now: Instant): DeploymentStep {
  switch (deployment.phase) {
    case "running jobs":
      return deployment.jobs.length > 0 ? still(deployment) : beginRoll(deployment, replicas, now);
    case "rolling":
      return roll(observe(deployment, replicas, now), replicas, now);
    case "at a checkpoint":
      return wait(observe(deployment, replicas, now), replicas, now);
    case "rolling back":
      return still(rollBack(deployment, replicas, now));
    case "over":
      return still(deployment);
  }
}

/** When it has to be looked at again, though nothing has happened. */
export function deploymentWake(deployment: DeploymentState, now: Instant): Instant | null {
  const { phase, policy, continuesAt, completeSince } = deployment;
  if (phase === "over" || phase === "running jobs") return null;
  const stalled = phase === "at a checkpoint" ? null : deployment.progressAt + policy.progressDeadlineMs;
  const confirmed = completeSince === null ? null : completeSince + CONFIRMED_AFTER_MS;
  const late = phase === "rolling back" ? null : timeoutOf(deployment);
  return earliestAfter(now, [stalled, continuesAt, confirmed, late]);
}

function beginRoll(
  deployment: DeploymentState,
  { desired, lastGeneration }: ReplicasState,
  now: Instant,
): DeploymentStep {
  const { version } = deployment.to;
  const rolling: DeploymentState = {
    ...deployment,
    phase: "rolling",
    reason: "replaces replicas",
    to: { version, generation: lastGeneration + 1 },
    progressAt: now,
  };
  return { deployment: rolling, tell: { kind: "roll", version, pace: paceOf(rolling, desired) } };
}

function roll(deployment: DeploymentState, replicas: ReplicasState, now: Instant): DeploymentStep {
  const { policy, progress, progressAt } = deployment;
  const { replaced, total, failed, threshold } = progress;
  const left = replicas.replicas.some((replica) => isLive(replica) && isOutdated(replica, replicas));
  // Replicas that were lost on the way may be replaced before the last checkpoint: its limit is over as well.
  const completeSince = replaced >= total && !left ? (deployment.completeSince ?? now) : null;
  if (completeSince !== null && now >= completeSince + (policy.minReadyMs > 0 ? CONFIRMED_AFTER_MS : 0))
    return {
      deployment: over(deployment, "", now),
      tell: { kind: "pace", pace: { ...replicas.pace, limit: null } },
    };
  if (threshold !== null && failed >= threshold)
    return fail(
      deployment,
      replicas,
      `${failed} new replicas failed, of ${threshold} that the circuit breaker allows`,
      now,
    );
  if (now >= progressAt + policy.progressDeadlineMs)
    return fail(
      deployment,
      replicas,
      `there was no progress for ${policy.progressDeadlineMs / 1000} s (ProgressDeadlineExceeded)`,
      now,
    );
  if (isLate(deployment, now)) return fail(deployment, replicas, lateness(deployment), now);
  if (completeSince !== null) return still({ ...deployment, completeSince });
  const { limit } = paceOf(deployment, total);
  if (limit === null || replaced < limit) return still(deployment);
  const percentage = policy.checkpoints[deployment.checkpointsPassed];
  const reason = `waits at the checkpoint of ${percentage} %`;
  return still({
    ...deployment,
    phase: "at a checkpoint",
    reason,
    continuesAt: now + policy.checkpointDelayMs,
  });
}

function wait(deployment: DeploymentState, replicas: ReplicasState, now: Instant): DeploymentStep {
  if (isLate(deployment, now)) return fail(deployment, replicas, lateness(deployment), now);
  if (deployment.continuesAt !== null && now < deployment.continuesAt) return still(deployment);
  const checkpointsPassed = deployment.checkpointsPassed + 1;
  const resumed = {
    ...deployment,
    phase: "rolling",
    reason: "replaces replicas",
    checkpointsPassed,
    continuesAt: null,
    progressAt: now,
  } as const;
  return { deployment: resumed, tell: { kind: "pace", pace: paceOf(resumed, replicas.desired) } };
}

function rollBack(deployment: DeploymentState, replicas: ReplicasState, now: Instant): DeploymentState {
  const { policy, reason, best, progressAt } = deployment;
  const left = replicas.replicas.some((replica) => isLive(replica) && isOutdated(replica, replicas));
  const healthy = replicas.replicas.filter(
    (replica) => isHealthy(replica) && !isOutdated(replica, replicas),
  ).length;
  if (healthy >= replicas.desired && !left) return { ...over(deployment, reason, now), rolledBack: true };
  if (healthy > best) return { ...deployment, best: healthy, progressAt: now };
  if (now < progressAt + policy.progressDeadlineMs) return deployment;
  return over(deployment, `${reason}; and the roll back makes no progress either`, now);
}

/** How many new replicas are well, and whether that is more than before. */
function observe(deployment: DeploymentState, replicas: ReplicasState, now: Instant): DeploymentState {
  const { desired, failedReplicas, lastLoss } = replicas;
  const renewed = replicas.replicas.filter((replica) => !isOutdated(replica, replicas));
  const replaced = renewed.filter((replica) => isAvailable(replica, replicas)).length;
  const score = replaced + renewed.filter(isHealthy).length;
  const { controller } = deployment.policy;
  const sick = renewed.findLast((replica) => replica.sick !== null);
  return {
    ...deployment,
    completeSince: replaced >= desired ? deployment.completeSince : null,
    ...(score > deployment.best ? { best: score, progressAt: now } : {}),
    progress: {
      replaced: Math.min(replaced, desired),
      total: desired,
      failed: failedReplicas,
      threshold: controller === "ecs" ? failureThreshold(desired) : null,
      lastFailure:
        lastLoss ?? (sick ? { id: sick.id, reason: sick.sick ?? "" } : deployment.progress.lastFailure),
    },
  };
}

function fail(given: DeploymentState, replicas: ReplicasState, reason: string, now: Instant): DeploymentStep {
  const { policy, from, progress } = given;
  const lastFailure = progress.lastFailure ?? laggard(replicas);
  const deployment = { ...given, progress: { ...progress, lastFailure } };
  switch (policy.onFailure) {
    case "none":
      return still(over(deployment, reason, now));
    case "stop":
      return {
        deployment: over(deployment, reason, now),
        tell: { kind: "pace", pace: { ...replicas.pace, held: true } },
      };
    case "rollback": {
      const back = {
        ...deployment,
        phase: "rolling back",
        reason,
        continuesAt: null,
        progressAt: now,
        best: 0,
      } as const;
      return { deployment: back, tell: { kind: "roll-back", ...from } };
    }
  }
}

/** A new replica that has not failed, but keeps the deployment waiting. */
function laggard(replicas: ReplicasState): DeploymentProgress["lastFailure"] {
  const late = replicas.replicas.find(
    (replica) => isLive(replica) && !isOutdated(replica, replicas) && !isHealthy(replica),
  );
  return late ? { id: late.id, reason: "is not healthy" } : null;
}

/** @param failure why it failed; empty where it is completed. */
function over(deployment: DeploymentState, failure: string, now: Instant): DeploymentState {
  const state = failure === "" ? "COMPLETED" : "FAILED";
  const reason = failure === "" ? "every replica is new" : failure;
  return { ...deployment, state, phase: "over", reason, jobs: [], continuesAt: null, endedAt: now };
}

function paceOf({ policy, checkpointsPassed }: DeploymentState, desired: number): RollPace {
  const percentage = policy.checkpoints[checkpointsPassed] ?? 100;
  const limit = percentage >= 100 ? null : Math.max(1, Math.ceil((desired * percentage) / 100));
  return {
    minReadyMs: policy.minReadyMs,
    limit: limit === null || limit >= desired ? null : limit,
    held: false,
  };
}

function timeoutOf({ timeoutMs, startedAt }: DeploymentState): Instant | null {
  return timeoutMs === null ? null : startedAt + timeoutMs;
}

function isLate(deployment: DeploymentState, now: Instant): boolean {
  const end = timeoutOf(deployment);
  return end !== null && now >= end;
}

function lateness({ timeoutMs }: DeploymentState): string {
  return `it was not completed within ${(timeoutMs ?? 0) / 1000} s`;
}

function still(deployment: DeploymentState): DeploymentStep {
  return { deployment, tell: null };
}
