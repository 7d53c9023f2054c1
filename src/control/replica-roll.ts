/**
 * Replaces every replica by a new one, as an ECS rolling update does.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
 *
 * With a surge, new replicas start beside the old ones, and an old one leaves when, without it, the
 * desired count is still healthy. Without one, old replicas leave first, as many as the minimum
 * healthy percent lets go. Where new ones never become healthy, the old ones stay: what a circuit
 * breaker would then roll back, by another roll to the version before.
 */
import type { Instant, Step } from "./controller.ts";
import { countByZone } from "./placement.ts";
import { planPlacement, retire } from "./replica-rules.ts";
import {
  type Replica,
  type ReplicasAction,
  type ReplicasState,
  isHealthy,
  isLive,
  isOutdated,
  rolloutBounds,
} from "./replica-state.ts";

/** From now on all replicas are outdated, and no failure of theirs delays the first of the new ones. */
export function beginRoll(state: ReplicasState, version: string): ReplicasState {
  const generation = state.generation + 1;
  return { ...state, version, generation, failures: 0, lastFailureAt: null, retryAt: null, lastLoss: null };
}

/** Lets outdated replicas go as far as the promise of the rollout allows. */
export function retireOutdated(state: ReplicasState, now: Instant): Step<ReplicasState, ReplicasAction> {
  const { surge, minimumHealthy } = rolloutBounds(state);
  const canReplace = planPlacement(state).add.length > 0;
  const promised = surge > 0 || !canReplace ? state.desired : minimumHealthy;
  let step: Step<ReplicasState, ReplicasAction> = { state, actions: [] };
  // One that was never healthy serves nobody, and only takes the place of one that may.
  for (const replica of outdated(state).filter(({ firstHealthyAt }) => firstHealthyAt === null))
    step = retire(step, replica, now);
  for (;;) {
    const [next] = outdated(step.state).filter(isHealthy).toSorted(firstToGo(step.state));
    if (next === undefined || step.state.replicas.filter(isHealthy).length <= promised) return step;
    step = retire(step, next, now);
  }
}

function outdated(state: ReplicasState): Replica[] {
  return state.replicas.filter((replica) => isLive(replica) && isOutdated(replica, state));
}

/** Sorts what is in a zone that is to be left first, then what is in the fullest zone, so that all stay served. */
function firstToGo({ replicas, zones }: ReplicasState): (a: Replica, b: Replica) => number {
  const healthy = countByZone(replicas.filter(isHealthy).map(({ zone }) => zone));
  const isOpen = (zone: string) => zones.some(({ name, available }) => name === zone && available);
  return (a, b) =>
    Number(isOpen(a.zone)) - Number(isOpen(b.zone)) || (healthy[b.zone] ?? 0) - (healthy[a.zone] ?? 0);
}
