import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ReplicationSettings, type ReplicationState, initialReplication } from "./replication-state.ts";
import { replicationLoop } from "./replication.ts";
import { ReplicationWorld, storeFaults } from "./testing/replication-world.ts";
import { runs, schedules } from "./testing/schedules.ts";
import { simulate } from "./testing/simulation.ts";

const settings: ReplicationSettings = {
  promotes: "in-sync",
  probeFailures: 3,
  streamingGraceMs: 1500,
  startTimeoutMs: 3000,
  catchUpTimeoutMs: 4000,
  confirmTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 5000 },
};
const pair = initialReplication({
  primary: "a",
  replicas: [{ node: "b", hasData: false }],
  settings,
  now: 0,
});
const single = initialReplication({ primary: "a", replicas: [], settings, now: 0 });
const faults = schedules(storeFaults, 12_000);

/** Whatever the schedule, nothing forbidden happens on the way and the store is well a while later. */
function alwaysRepaired(loop: typeof replicationLoop, initial: ReplicationState) {
  return fc.property(faults, (schedule) => {
    const world = new ReplicationWorld(initial, schedule);
    world.checkRepaired(simulate(loop, initial, world, 45_000));
  });
}

describe("a replicated store under faults", () => {
  test("never two writable primaries, no acknowledged write lost, and protected in the end", () => {
    fc.assert(alwaysRepaired(replicationLoop, pair), runs(300));
  });

  test("a single node is writable in the end", () => {
    fc.assert(alwaysRepaired(replicationLoop, single), runs(300));
  });

  test("the schedules do reach failovers, and second ones", () => {
    const failovers = fc.sample(faults, runs(100)).map((schedule) => {
      const world = new ReplicationWorld(pair, schedule);
      simulate(replicationLoop, pair, world, 45_000);
      return world.failovers;
    });
    expect(failovers.filter((count) => count >= 1).length).toBeGreaterThan(20);
    expect(failovers.filter((count) => count >= 2).length).toBeGreaterThan(5);
  });
});

type Step = typeof replicationLoop.step;
type Mode = ReplicationState["sync"]["mode"];

function withMode(state: ReplicationState, mode: Mode): ReplicationState {
  return { ...state, sync: { ...state.sync, mode } };
}

const promotesBeforeTheFence: Step = (state, event, now) => {
  const step = replicationLoop.step(state, event, now);
  if (state.failover !== null || step.state.failover !== "fencing") return step;
  const next = replicationLoop.step(step.state, { kind: "fenced", node: step.state.primary }, now);
  return { state: next.state, actions: [...step.actions, ...next.actions] };
};

const promotesAnyStandby: Step = (state, event, now) => {
  const losesPrimary = event.kind === "exited" && event.node === state.primary && state.failover === null;
  return replicationLoop.step(losesPrimary ? withMode(state, "in-sync") : state, event, now);
};

const waitsForever: Step = (state, event, now) => {
  const step = replicationLoop.step(state, event, now);
  const relaxes = state.sync.mode === "in-sync" && step.state.sync.mode === "relaxing";
  if (!relaxes) return step;
  const actions = step.actions.filter((action) => action.kind !== "relax-sync");
  return { state: withMode(step.state, "in-sync"), actions };
};

const startsTheOldPrimaryAsItIs: Step = (state, event, now) => {
  const step = replicationLoop.step(state, event, now);
  const actions = step.actions.map((action) =>
    event.kind === "promoted" && action.kind === "rebuild"
      ? ({ kind: "start", node: action.node } as const)
      : action,
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
    [
      "promotes a standby that is not in sync",
      promotesAnyStandby,
      /promoted without \d+ acknowledged writes/,
    ],
    ["waits for a lost standby", waitsForever, /writes hang/],
    ["starts the old primary as it is", startsTheOldPrimaryAsItIs, /both writable/],
  ];
  test.each(planted)("%s", (_name, step, violation) => {
    const property = alwaysRepaired({ ...replicationLoop, step }, pair);
    // The shortest schedule is of no interest here.
    const { errorInstance } = fc.check(property, { ...runs(300), endOnFailure: true });
    expect(String(errorInstance)).toMatch(violation);
  });
});
