/** A deployment of one service: what it is to do, how far it is, and how it ended. */
import type { Instant } from "../controller.ts";

/** Replicas of one generation, and what they run. */
export interface Revision {
  readonly version: string;
  readonly generation: number;
}

/** By which rules a deployment is done and given up. All times in milliseconds. */
export interface RolloutPolicy {
  /** Whose rules they are: see deployment.ts. */
  readonly controller: "ecs" | "kubernetes" | "instance-refresh";
  /**
   * What follows a failure: back to the last good revision; nothing more of the new one is started; or it is tried
   * further, though the deployment has failed.
   */
  readonly onFailure: "rollback" | "stop" | "none";
  /** How long a deployment may go without progress (Kubernetes' progressDeadlineSeconds). */
  readonly progressDeadlineMs: number;
  /** How long a new replica is healthy before it counts (minReadySeconds; an instance refresh's warmup). */
  readonly minReadyMs: number;
  /** At which percentages replaced the deployment waits, ascending; the last 100. Just `[100]` for no checkpoint. */
  readonly checkpoints: readonly number[];
  readonly checkpointDelayMs: number;
}

export interface DeploymentState {
  /** Counts the service's deployments. */
  readonly id: number;
  readonly policy: RolloutPolicy;
  /** How long all of it may take; null for as long as it makes progress. */
  readonly timeoutMs: number | null;
  /** The last revision that was steady. */
  readonly from: Revision;
  /** Its generation is null until the roll begins. */
  readonly to: { readonly version: string; readonly generation: number | null };
  /** ECS's rolloutState. */
  readonly state: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  readonly phase: "running jobs" | "rolling" | "at a checkpoint" | "rolling back" | "over";
  /** Why it is in its state, in words. */
  readonly reason: string;
  /** Whether it has failed and everything is again as it was before. */
  readonly rolledBack: boolean;
  /** The jobs that are still to run before the roll; the first of them runs. */
  readonly jobs: readonly string[];
  /** How many of `policy.checkpoints` are behind it. */
  readonly checkpointsPassed: number;
  /** When it goes on from the checkpoint that it waits at. */
  readonly continuesAt: Instant | null;
  /** Since when every new replica is available; null while one is not. */
  readonly completeSince: Instant | null;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  /** When there was progress last. */
  readonly progressAt: Instant;
  /** The most new replicas that were well so far: what is beyond it is progress. */
  readonly best: number;
  readonly progress: DeploymentProgress;
}

export interface DeploymentProgress {
  /** New replicas that are available, of all that there should be. */
  readonly replaced: number;
  readonly total: number;
  /** How many new replicas have failed since one was available. */
  readonly failed: number;
  /** How many of them end the deployment; null where failures are not counted. */
  readonly threshold: number | null;
  /** The new replica that failed last, and why. */
  readonly lastFailure: { readonly id: string; readonly reason: string } | null;
}

export interface DeploymentRequest {
  readonly version: string;
  readonly policy: RolloutPolicy;
  readonly timeoutMs: number | null;
  /** What runs to its end first, one after the other. */
  readonly jobs: readonly string[];
}

export function isUnderWay(
  deployment: DeploymentState | null,
): deployment is DeploymentState & { readonly state: "IN_PROGRESS" } {
  return deployment?.state === "IN_PROGRESS";
}

/**
 * How many failed tasks trip ECS's circuit breaker: half the desired count, at least 3 and at most 200.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
 */
export function failureThreshold(desired: number): number {
  return Math.min(200, Math.max(3, Math.ceil(desired * 0.5)));
}

export function newDeployment(
  { version, policy, timeoutMs, jobs }: DeploymentRequest,
  before: { readonly id: number; readonly from: Revision; readonly desired: number },
  now: Instant,
): DeploymentState {
  return {
    id: before.id,
    policy,
    timeoutMs,
    from: before.from,
    to: { version, generation: null },
    state: "IN_PROGRESS",
    phase: "running jobs",
    reason: jobs.length > 0 ? `runs ${jobs.join(", ")} first` : "begins",
    rolledBack: false,
    jobs,
    checkpointsPassed: 0,
    continuesAt: null,
    completeSince: null,
    startedAt: now,
    endedAt: null,
    progressAt: now,
    best: 0,
    progress: {
      replaced: 0,
      total: before.desired,
      failed: 0,
      threshold: policy.controller === "ecs" ? failureThreshold(before.desired) : null,
      lastFailure: null,
    },
  };
}
