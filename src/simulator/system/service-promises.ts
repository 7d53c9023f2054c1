import { place } from "#control/placement.ts";
import { type ReplicasState, isHealthy, isLive, isOutdated, rolloutBounds } from "#control/replica-state.ts";
import { isUnderWay } from "#control/rollout/deployment-state.ts";
import type { ServiceState } from "#control/rollout/service.ts";
import { type ReplicaProcess, behaviourOf } from "./replica-processes.ts";
import { must } from "./violation.ts";

/** What the last step of the service's controller did, and what it had been told before. */
export interface StepFacts {
  readonly started: boolean;
  /** Whether a replica left that the target group held for healthy. */
  readonly removedHealthy: boolean;
  /** How many replicas of the deployment under way it was told of as failed. */
  readonly failed: number;
}

/** Throws when a step broke what the service's settings promise. */
export function judgeStep(state: ServiceState, { started, removedHealthy, failed }: StepFacts): void {
  const { desired, stopped, settings, replicas } = state.replicas;
  const { surge } = rolloutBounds(state.replicas);
  const live = count(replicas, isLive);
  must(desired >= 0 && desired <= settings.max, "bounds", () => `${desired} are desired.`);
  const most = settings.max + rolloutBounds({ settings, desired: settings.max }).surge;
  must(live <= most, "bounds", () => `${live} live replicas are too many.`);
  if (started) {
    must(
      live <= desired + surge,
      "surge",
      () => `${live} live replicas after a start, for ${desired} desired.`,
    );
    must(!stopped, "start after stop", () => "A start after everything was to stop.");
  }
  if (removedHealthy && !stopped) judgeRemoval(state);
  judgeBreaker(state, failed);
}

function judgeRemoval({ replicas: state, deployment }: ServiceState): void {
  const healthy = count(state.replicas, isHealthy);
  // The step that begins to roll back may have replaced something before.
  const isRolling =
    deployment?.phase === "rolling back" || state.replicas.some((replica) => isOutdated(replica, state));
  const promised = promisedHealthy(state, isRolling);
  must(
    healthy >= promised,
    "healthy minimum",
    () => `Of ${promised} promised only ${healthy} stay healthy after a removal.`,
  );
}

/**
 * How many stay healthy whenever one that is healthy is taken away: fewer than desired only for a roll without surge or
 * by Kubernetes' arithmetic, and for zones that are drained.
 */
function promisedHealthy(state: ReplicasState, isRolling: boolean): number {
  const { desired, settings, draining } = state;
  const { surge, minimumHealthy } = rolloutBounds(state);
  const rolled = isRolling && (surge === 0 || settings.rounding === "kubernetes") ? minimumHealthy : desired;
  const drained = draining.length > 0 ? (settings.minAvailable ?? minimumHealthy) : desired;
  return Math.min(rolled, drained, desired);
}

/** ECS: half the desired count, at least 3 and at most 200 failed tasks end a deployment. */
function judgeBreaker({ deployment, replicas }: ServiceState, failed: number): void {
  if (deployment?.policy.controller !== "ecs" || deployment.phase !== "rolling") return;
  const threshold = Math.min(200, Math.max(3, Math.ceil(replicas.desired / 2)));
  must(
    failed < threshold,
    "circuit breaker",
    () => `${failed} replicas of ${deployment.to.version} have failed, and its deployment goes on.`,
  );
}

/** What is not as it should be in the end; null when the service has what it should have, balanced, and nothing else. */
export function serviceComplaint(
  { replicas: state, deployment, good }: ServiceState,
  processes: ReadonlyMap<string, ReplicaProcess>,
): string | null {
  const { replicas, desired, zones, version } = state;
  if (isUnderWay(deployment)) return `the deployment of ${deployment.to.version} is under way`;
  const healthy = count(replicas, isHealthy);
  if (healthy !== desired || replicas.length !== desired)
    return `${healthy} of ${desired} are healthy, ${replicas.length} in all`;
  if (behaviourOf(version) !== "well") return `it keeps ${version}, which is bad`;
  if (good.version !== version) return `${good.version} passes for good, and it runs ${version}`;
  const real = [...processes.values()];
  if (real.length !== desired) return `${real.length} processes are left for ${desired}`;
  const unfit = real.find((process) => process.state !== "up" || process.version !== version);
  if (unfit !== undefined) return `${unfit.id} is ${unfit.state} and runs ${unfit.version}, not ${version}`;
  const placed = replicas.map((replica) => ({ ...replica, healthy: true }));
  const plan = place(zones, placed, desired);
  const unbalanced = rolloutBounds(state).surge > 0 && plan.add.length > 0;
  return unbalanced ? `zones are not balanced: ${JSON.stringify(plan)}` : null;
}

function count<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let found = 0;
  for (const item of items) if (holds(item)) found += 1;
  return found;
}
