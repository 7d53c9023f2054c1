import fc from "fast-check";
import { expect, test } from "vitest";
import { streamOf } from "../kernel/random.ts";
import { Requests } from "./requests.ts";
import { Times } from "./times.ts";
import type { Balancing } from "./traffic.ts";

const BALANCINGS: readonly Balancing[] = ["least-outstanding-requests", "round-robin", "random"];

interface Plan {
  readonly seed: number;
  readonly replicas: readonly number[];
  readonly rate: number;
  readonly balancing: Balancing;
  readonly changes: readonly { readonly at: number; readonly replica: number; readonly what: number }[];
}

const plans: fc.Arbitrary<Plan> = fc.record({
  seed: fc.nat(),
  replicas: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  rate: fc.integer({ min: 1, max: 3000 }),
  balancing: fc.constantFrom(...BALANCINGS),
  changes: fc.array(
    fc.record({ at: fc.integer({ min: 0, max: 5000 }), replica: fc.nat(7), what: fc.nat(6) }),
    { maxLength: 12 },
  ),
});

/** Requests through as many stages as there are counts of replicas, while all sorts of things happen to them. */
function run({ seed, replicas, rate, balancing, changes }: Plan): Requests {
  const stages = replicas.map((_, stage) => ({
    service: String(stage),
    cpu: new Times(1, 1),
    wait: new Times(5, 0.5),
    balancing,
  }));
  const settings = { stages, timeoutMs: 500, retriesRefused: seed % 2 === 0, bucketMs: 10 };
  const requests = new Requests(settings, streamOf(seed, "requests"));
  const all = replicas.map((count, stage) =>
    Array.from({ length: count }, () => requests.addReplica(stage, { servers: 1 + (seed % 2), speed: 1 })),
  );
  for (const [stage, targets] of all.entries()) requests.setTargets(stage, targets);
  requests.setRate(rate);
  const flat = all.flat();
  for (const { at, replica, what } of changes.toSorted((a, b) => a.at - b.at)) {
    requests.advance(at);
    const chosen = flat[replica % flat.length] as number;
    const stage = all.findIndex((each) => each.includes(chosen));
    const CHANGES = [
      () => requests.setCondition(chosen, "gone"),
      () => requests.setCondition(chosen, "silent"),
      () => requests.setCondition(chosen, "up"),
      () =>
        requests.setTargets(
          stage,
          (all[stage] as number[]).filter((each) => each !== chosen),
        ),
      () => requests.setStore(stage, { kind: "fails", afterMs: 100 }),
      () => requests.setStore(stage, { kind: "up" }),
      () => requests.loseEntry(0.5, at + 100, at + 300),
    ];
    CHANGES[what]?.();
  }
  requests.advance(6000);
  return requests;
}

test("what has arrived was answered, has failed or is under way, whatever happens", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const requests = run(plan);
      const { answered, failed } = requests.outcomes;
      expect(answered + failed + requests.inFlight).toBe(requests.arrived);
      requests.setRate(0);
      requests.advance(7000);
      expect(requests.inFlight).toBe(0);
      const replicas = plan.replicas.reduce((sum, count) => sum + count, 0);
      for (let replica = 0; replica < replicas; replica += 1) {
        expect(requests.outstandingOf(replica)).toBe(0);
        expect(requests.workOf(replica)).toBeGreaterThanOrEqual(-1e-6);
      }
    }),
    { numRuns: 150 },
  );
});

test("a seed repeats a run", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const [one, other] = [run(plan).outcomes, run(plan).outcomes];
      expect([one.answered, one.failed, one.latency.average]).toEqual([
        other.answered,
        other.failed,
        other.latency.average,
      ]);
    }),
    { numRuns: 30 },
  );
});

test("nobody waits longer for more replicas", () => {
  const averages = [2, 3, 4, 6].map((count) => {
    const plan: Plan = {
      seed: 3,
      replicas: [count],
      rate: 2500,
      balancing: "least-outstanding-requests",
      changes: [],
    };
    return run(plan).outcomes.latency.average;
  });
  expect(averages).toEqual(averages.toSorted((a, b) => b - a));
});

test("a replica works as much as was asked of it", () => {
  const plan: Plan = { seed: 1, replicas: [2], rate: 1000, balancing: "round-robin", changes: [] };
  const requests = run(plan);
  expect((requests.workOf(0) + requests.workOf(1)) / requests.arrived).toBeCloseTo(1, 1);
});
