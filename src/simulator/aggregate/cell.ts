import { streamOf } from "../kernel/random.ts";
import { Histogram } from "../requests/histogram.ts";
import { Requests } from "../requests/requests.ts";
import type { Capacity, ReplicaCondition, StoreCondition, TrafficSettings } from "../requests/traffic.ts";

/** What a stage is like for a while. */
export interface StageState {
  /** Of each target, in order. */
  readonly targets: readonly { readonly capacity: Capacity; readonly condition: ReplicaCondition }[];
  readonly store: StoreCondition;
}

/** What becomes of the requests of a state that lasts. */
export interface Cell {
  readonly failed: number;
  readonly latency: Histogram;
  /** By stage and target: how many requests it has on average. */
  readonly outstanding: readonly (readonly number[])[];
}

/** So many requests of a state are simulated one by one, after as many again of a fifth. */
const SAMPLE = 100_000;

/**
 * The requests of one state, simulated one by one for as long as it takes to know them: whatever the balancing, the queues
 * and the failures are, the aggregate has no theory of its own about them.
 */
export function sampleCell(
  settings: TrafficSettings,
  states: readonly StageState[],
  perSecond: number,
): Cell {
  const requests = new Requests({ ...settings, bucketMs: 1e9 }, streamOf(1, `cell ${perSecond}`));
  const replicas = states.map(({ targets, store }, stage) => {
    const added = targets.map(({ capacity, condition }) => {
      const replica = requests.addReplica(stage, capacity);
      requests.setCondition(replica, condition);
      return replica;
    });
    requests.setTargets(stage, added);
    requests.setStore(stage, store);
    return added;
  });
  requests.setRate(perSecond);
  const sampleMs = (1000 * SAMPLE) / perSecond;
  const warmUpMs = Math.max(sampleMs / 5, 2 * settings.timeoutMs);
  requests.advance(warmUpMs);
  const before = { failed: requests.outcomes.failed, answered: requests.outcomes.answered };
  const earlier = new Histogram();
  earlier.addAll(requests.outcomes.latency);
  const LOOKS = 50;
  const outstanding = replicas.map((each) => each.map(() => 0));
  for (let look = 1; look <= LOOKS; look += 1) {
    requests.advance(warmUpMs + (sampleMs * look) / LOOKS);
    for (const [stage, each] of replicas.entries())
      for (const [index, replica] of each.entries())
        (outstanding[stage] as number[])[index]! += requests.outstandingOf(replica) / LOOKS;
  }
  const { failed, answered, latency } = requests.outcomes;
  const ended = failed - before.failed + answered - before.answered;
  return {
    failed: ended === 0 ? 0 : (failed - before.failed) / ended,
    latency: latency.without(earlier),
    outstanding,
  };
}
