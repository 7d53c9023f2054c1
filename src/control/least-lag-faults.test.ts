import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ReplicationSettings, type ReplicationState, initialReplication } from "./replication-state.ts";
import { replicationLoop } from "./replication.ts";
import { ReplicationWorld, storeFaults } from "./testing/replication-world.ts";
import { runs, schedules } from "./testing/schedules.ts";
import { simulate } from "./testing/simulation.ts";

const settings: ReplicationSettings = {
  promotes: "least-lag",
  probeFailures: 3,
  streamingGraceMs: 1500,
  startTimeoutMs: 3000,
  catchUpTimeoutMs: 4000,
  confirmTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 5000 },
};

function cache(replicas: readonly string[], promotes: ReplicationSettings["promotes"] = "least-lag") {
  const nodes = replicas.map((node) => ({ node, hasData: true }));
  return initialReplication({ primary: "a", replicas: nodes, settings: { ...settings, promotes }, now: 0 });
}

/** A replica that was away fetches everything anew: none is ever too far behind. */
const faults = schedules(
  storeFaults.filter((fault) => fault !== "lost-log"),
  12_000,
);

function alwaysRepaired(loop: typeof replicationLoop, initial: ReplicationState) {
  return fc.property(faults, (schedule) => {
    const world = new ReplicationWorld(initial, schedule);
    world.checkRepaired(simulate(loop, initial, world, 45_000));
  });
}

function failoversOf(initial: ReplicationState): number[] {
  return fc.sample(faults, runs(100)).map((schedule) => {
    const world = new ReplicationWorld(initial, schedule);
    simulate(replicationLoop, initial, world, 45_000);
    return world.failovers;
  });
}

describe("a cache under faults", () => {
  test.each([
    ["one replica", cache(["b"])],
    ["two replicas", cache(["b", "c"])],
    ["a replica that must not take over", cache(["b"], "nobody")],
  ])("with %s never has two writable primaries, and all replicas follow in the end", (_name, initial) => {
    fc.assert(alwaysRepaired(replicationLoop, initial), runs(300));
  });

  test("the schedules do reach failovers, and second ones; never where nobody may take over", () => {
    const failovers = failoversOf(cache(["b", "c"]));
    expect(failovers.filter((count) => count >= 1).length).toBeGreaterThan(20);
    expect(failovers.filter((count) => count >= 2).length).toBeGreaterThan(5);
    expect(Math.max(...failoversOf(cache(["b"], "nobody")))).toBe(0);
  });
});

type Step = typeof replicationLoop.step;

const promotesBeforeTheFence: Step = (state, event, now) => {
  const step = replicationLoop.step(state, event, now);
  if (state.failover !== null || step.state.failover !== "fencing") return step;
  const next = replicationLoop.step(step.state, { kind: "fenced", node: step.state.primary }, now);
  return { state: next.state, actions: [...step.actions, ...next.actions] };
};

const promotesWhoNeverFollowed: Step = (state, event, now) => {
  if (event.kind !== "exited") return replicationLoop.step(state, event, now);
  const nodes = Object.entries(state.nodes).map(([name, node]) => [name, { ...node, copyOf: state.term }]);
  return replicationLoop.step({ ...state, nodes: Object.fromEntries(nodes) }, event, now);
};

const forgetsWhoIsPrimary: Step = (state, event, now) => {
  const step = replicationLoop.step(state, event, now);
  const actions = step.actions.flatMap((action) =>
    action.kind === "start" && action.node !== step.state.primary
      ? [action, { kind: "promote", node: action.node } as const]
      : [action],
  );
  return { ...step, actions };
};

describe("the harness finds a controller that", () => {
  const planted: readonly (readonly [string, Step, RegExp])[] = [
    [
      "promotes before the fence is confirmed",
      promotesBeforeTheFence,
      /promoted before the other was fenced/,
    ],
    ["promotes who has not followed", promotesWhoNeverFollowed, /promoted without a whole copy/],
    [
      "promotes a deposed primary that comes back",
      forgetsWhoIsPrimary,
      /promoted before the other was fenced/,
    ],
  ];
  test.each(planted)("%s", (_name, step, violation) => {
    const property = alwaysRepaired({ ...replicationLoop, step }, cache(["b", "c"]));
    // The shortest schedule is of no interest here.
    const { errorInstance } = fc.check(property, { ...runs(300), endOnFailure: true });
    expect(String(errorInstance)).toMatch(violation);
  });
});
