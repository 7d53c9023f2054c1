/**
 * Replaces every replica by a new one, as an ECS rolling update does.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 *
 * With a surge, new replicas start beside the old ones, and an old one leaves when, without it, the
 * desired count is still healthy. Without one, old replicas leave first, as many as the minimum
 * healthy percent lets go. Where new ones never become healthy, the old ones stay. A deployment, in
 * rollout/, sets the pace of a roll and rolls back what does not succeed.
 */
import type { Instant, Step } from "./controller.ts";
import { countByZone } from "./placement.ts";
import { isPaused, planPlacement, retire } from "./replica-rules.ts";
import {
  AT_ONCE,
  type Replica,
  type ReplicasAction,
  type ReplicasState,
  isAvailable,
  isGood,
  isHealthy,
  isLive,
  isOutdated,
  rolloutBounds,
  zonesInUse,
} from "./replica-state.ts";

/** From now on all replicas are outdated, and no failure of theirs delays the first of the new ones. */
export function beginRoll(state: ReplicasState, version: string, pace = AT_ONCE): ReplicasState {
  const generation = state.lastGeneration + 1;
  return { ...wanting(state, version, generation), lastGeneration: generation, pace };
}

/**
 * Returns to a generation that there was: its replicas are not outdated any more, as those of the ReplicaSet that
 * `kubectl rollout undo` scales up again, or of the service revision that ECS rolls back to.
 */
export function rollBack(state: ReplicasState, version: string, generation: number): ReplicasState {
  return { ...wanting(state, version, generation), pace: AT_ONCE };
}

function wanting(state: ReplicasState, version: string, generation: number): ReplicasState {
  const unharmed = { failures: 0, failedReplicas: 0, lastFailureAt: null, retryAt: null, lastLoss: null };
  return { ...state, version, generation, ...unharmed };
}

/** Notices which replicas have been healthy for long enough; one of this generation clears the count of the failed. */
export function noticeAvailable(state: ReplicasState, now: Instant): Step<ReplicasState, ReplicasAction> {
  const isNew = (replica: Replica) =>
    !replica.available &&
    replica.healthySince !== null &&
    now >= replica.healthySince + state.pace.minReadyMs;
  if (!state.replicas.some(isNew)) return { state, actions: [] };
  const proves = state.replicas.some((replica) => isNew(replica) && !isOutdated(replica, state));
  const replicas = state.replicas.map((replica) =>
    isNew(replica) ? { ...replica, available: true } : replica,
  );
  const failedReplicas = proves ? 0 : state.failedReplicas;
  return { state: { ...state, replicas, failedReplicas }, actions: [] };
}

/** Lets outdated replicas go as far as the promise of the rollout allows. */
export function retireOutdated(state: ReplicasState, now: Instant): Step<ReplicasState, ReplicasAction> {
  const promised = promisedAvailable(state);
  let step: Step<ReplicasState, ReplicasAction> = { state, actions: [] };
  // One that was never healthy serves nobody, and only takes the place of one that may.
  for (const replica of outdated(state).filter(({ firstHealthyAt }) => firstHealthyAt === null))
    step = retire(step, replica, now);
  for (;;) {
    const [next] = outdated(step.state).filter(isHealthy).toSorted(firstToGo(step.state));
    const available = step.state.replicas.filter((replica) => isAvailable(replica, step.state)).length;
    if (next === undefined || available <= promised) return step;
    step = retire(step, next, now);
  }
}

/** How many available replicas an outdated one has to leave behind. */
function promisedAvailable(state: ReplicasState): number {
  const { desired, settings, pace } = state;
  const { surge, minimumHealthy } = rolloutBounds(state);
  const canReplace = planPlacement(state).add.length > 0 && !isPaused(state);
  // Kubernetes takes away what may be unavailable at once, also beside a surge.
  const leavesFirst = surge === 0 || settings.rounding === "kubernetes";
  if (!leavesFirst || !canReplace) return desired;
  if (pace.limit === null) return minimumHealthy;
  const renewed = state.replicas.filter((replica) => isGood(replica) && !isOutdated(replica, state)).length;
  return Math.max(minimumHealthy, desired - Math.max(0, pace.limit - renewed));
}

function outdated(state: ReplicasState): Replica[] {
  return state.replicas.filter((replica) => isLive(replica) && isOutdated(replica, state));
}

/** Sorts what is in a zone that is to be left first, then what is in the fullest zone, so that all stay served. */
function firstToGo(state: ReplicasState): (a: Replica, b: Replica) => number {
  const { replicas } = state;
  const zones = zonesInUse(state);
  const healthy = countByZone(replicas.filter(isHealthy).map(({ zone }) => zone));
  const isOpen = (zone: string) => zones.some(({ name, available }) => name === zone && available);
  return (a, b) =>
    Number(isOpen(a.zone)) - Number(isOpen(b.zone)) || (healthy[b.zone] ?? 0) - (healthy[a.zone] ?? 0);
}
