import { describe, expect, test } from "vitest";
import type { Instant, Tick } from "./controller.ts";
import {
  type ReplicationEvent,
  type ReplicationSettings,
  type ReplicationState,
  initialReplication,
  summarizeReplication,
} from "./replication-state.ts";
import { replicationLoop } from "./replication.ts";

const settings: ReplicationSettings = {
  promotes: "in-sync",
  probeFailures: 3,
  streamingGraceMs: 1500,
  startTimeoutMs: 3000,
  catchUpTimeoutMs: 4000,
  confirmTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 5000 },
};

const blankPair = (): ReplicationState =>
  initialReplication({ primary: "a", replicas: [{ node: "b", hasData: false }], settings, now: 0 });
const single = (): ReplicationState => initialReplication({ primary: "a", replicas: [], settings, now: 0 });

/** Feeds events at instants and lists the actions as "kind node". */
function play(start: ReplicationState, script: readonly (readonly [Instant, ReplicationEvent | Tick])[]) {
  let state = start;
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = replicationLoop.step(state, event, now);
    state = step.state;
    actions.push(
      ...step.actions.map((action) => `${action.kind} ${"node" in action ? action.node : action.primary}`),
    );
  }
  return { state, actions };
}

const tick = { kind: "tick" } as const;
const about = (
  kind: "started" | "streaming" | "lost-streaming" | "promoted" | "rebuilt" | "probe-ok" | "probe-failed",
  node: string,
) => ({ kind, node });
const fenced = (node: string, round = 1) => ({ kind: "fenced", node, round }) as const;
const exited = (node: string) => ({ kind: "exited", node, reason: "SIGKILL" }) as const;
const relaxed = (node: string, round: number) => ({ kind: "relaxed", node, round }) as const;
const inSync = (node: string, round: number) => ({ kind: "in-sync", node, round }) as const;

const booted = play(blankPair(), [
  [0, tick],
  [40, about("started", "a")],
  [50, relaxed("a", 1)],
  [300, about("rebuilt", "b")],
  [350, about("started", "b")],
  [400, about("streaming", "b")],
  [420, inSync("b", 2)],
]);
const protectedPair = booted.state;

describe("a Multi-AZ DB instance", () => {
  test("starts the primary, makes the standby from it, and is protected when the standby is in sync", () => {
    expect(booted.actions).toEqual([
      "start a",
      "relax-sync a",
      "point-writer a",
      "rebuild b",
      "start b",
      "require-sync a",
    ]);
    expect(summarizeReplication(protectedPair)).toEqual({
      phase: "protected",
      protected: true,
      complete: true,
      writer: "a",
      nodes: { a: { role: "primary", phase: "running" }, b: { role: "standby", phase: "running" } },
    });
  });

  test("fails over: fence, promote, point the writer, make the old primary the standby", () => {
    const { state, actions } = play(protectedPair, [
      [9000, exited("a")],
      [9020, fenced("a")],
      [9100, about("promoted", "b")],
      [9110, relaxed("b", 4)],
      [9500, about("rebuilt", "a")],
      [9550, about("started", "a")],
      [9600, about("streaming", "a")],
      [9620, inSync("a", 5)],
    ]);
    const failover = [
      "fence a",
      "promote b",
      "relax-sync b",
      "point-writer b",
      "rebuild a",
      "start a",
      "require-sync b",
    ];
    expect(actions).toEqual(failover);
    expect(summarizeReplication(state)).toMatchObject({ phase: "protected", writer: "b" });
    const back = play(state, [
      [20_000, exited("b")],
      [20_020, fenced("b")],
      [20_100, about("promoted", "a")],
    ]);
    expect(back.actions).toEqual(["fence b", "promote a", "relax-sync a", "point-writer a", "rebuild b"]);
  });

  test("a primary that hangs is fenced after three failed probes in a row, and nothing is promoted before that is confirmed", () => {
    const { state, actions } = play(protectedPair, [
      [9000, about("probe-failed", "a")],
      [9200, about("probe-ok", "a")],
      [9400, about("probe-failed", "a")],
      [9500, about("lost-streaming", "b")],
      [9600, about("probe-failed", "a")],
      [9800, about("probe-failed", "a")],
      [10_800, tick],
    ]);
    expect(actions).toEqual(["fence a", "fence a"]);
    expect(summarizeReplication(state).phase).toBe("failing over");
  });

  test("without its standby the primary goes on, unprotected, and is then restarted in place", () => {
    const lost = play(protectedPair, [[9000, exited("b")]]);
    expect(lost.actions).toEqual(["relax-sync a", "start b"]);
    expect(summarizeReplication(lost.state)).toMatchObject({ phase: "unprotected", protected: false });
    expect(play(lost.state, [[9001, exited("a")]]).actions).toEqual(["start a"]);
  });

  test("a standby that has lost its stream is given up after the grace, if the primary answers", () => {
    const cut = play(protectedPair, [
      [9000, about("lost-streaming", "b")],
      [10_500, tick],
    ]);
    expect(cut.actions).toEqual([]);
    // While nothing is known of the primary, the standby stays what it is: it may have to take over.
    expect(play(cut.state, [[14_000, tick]]).actions).toEqual([]);
    expect(play(cut.state, [[10_600, about("probe-ok", "a")]]).actions).toEqual(["relax-sync a"]);
  });

  test("a late confirmation of sync does not undo a relaxing", () => {
    const { state } = play(protectedPair, [
      [9000, exited("b")],
      [9001, inSync("b", 2)],
      [9002, relaxed("a", 3)],
      [9003, inSync("b", 2)],
    ]);
    expect(summarizeReplication(state).protected).toBe(false);
    expect(play(state, [[9010, exited("a")]]).actions).toEqual(["start a"]);
  });

  test("a confirmation of an earlier round does not count for a later one", () => {
    const { state, actions } = play(protectedPair, [
      [9000, exited("b")],
      [9010, relaxed("a", 3)],
      [9050, about("started", "b")],
      [9100, about("streaming", "b")],
      [9110, inSync("b", 2)],
    ]);
    expect(actions).toEqual(["relax-sync a", "start b", "require-sync a"]);
    expect(summarizeReplication(state).protected).toBe(false);
    expect(summarizeReplication(play(state, [[9120, inSync("b", 4)]]).state).protected).toBe(true);
  });

  test("a standby that does not answer is not promoted", () => {
    const { actions } = play(protectedPair, [
      [9000, exited("a")],
      [9010, about("probe-failed", "b")],
      [9020, fenced("a")],
    ]);
    expect(actions).toEqual(["fence a", "start a"]);
  });

  test("a node that does not start is killed and started again, more slowly each time", () => {
    const { state, actions } = play(single(), [
      [0, tick],
      [3000, tick],
      [3010, fenced("a")],
      [6010, tick],
      [6020, fenced("a", 2)],
    ]);
    expect(actions).toEqual(["start a", "fence a", "start a", "fence a"]);
    expect(replicationLoop.nextWake(state)).toBe(6210);
  });

  test("a late confirmation of an earlier fence does not count for a later one", () => {
    const { state, actions } = play(single(), [
      [0, tick],
      [3000, tick],
      [4000, tick],
      [4010, fenced("a")],
      [7010, tick],
      [7020, fenced("a")],
    ]);
    expect(actions).toEqual(["start a", "fence a", "fence a", "start a", "fence a"]);
    expect(summarizeReplication(state).nodes["a"]?.phase).toBe("fencing");
  });

  test("sync is not required again before the relaxing is confirmed", () => {
    const { state, actions } = play(protectedPair, [
      [9000, exited("b")],
      [9050, about("started", "b")],
      [9100, about("streaming", "b")],
    ]);
    expect(actions).toEqual(["relax-sync a", "start b"]);
    expect(play(state, [[9200, relaxed("a", 3)]]).actions).toEqual(["require-sync a"]);
  });

  test("a standby that cannot catch up is rebuilt", () => {
    const { state } = play(protectedPair, [
      [9000, exited("b")],
      [9010, relaxed("a", 3)],
      [9050, about("started", "b")],
    ]);
    expect(play(state, [[13_050, tick]]).actions).toEqual(["rebuild b"]);
    expect(play(state, [[9100, { kind: "needs-rebuild", node: "b" }]]).actions).toEqual(["rebuild b"]);
  });

  test("a standby that streams but does not get in sync is asked again, and in the end rebuilt", () => {
    const { state } = play(protectedPair, [
      [9000, exited("b")],
      [9010, relaxed("a", 3)],
      [9050, about("started", "b")],
      [9100, about("streaming", "b")],
    ]);
    const ticks = [10_100, 11_100, 12_100, 13_100].map((now) => [now, tick] as const);
    const asked = ["require-sync a", "require-sync a", "require-sync a"];
    expect(play(state, ticks).actions).toEqual([...asked, "require-sync a", "relax-sync a", "rebuild b"]);
  });

  test("a node that cannot be reached is fenced like any other, and comes back only when it can be", () => {
    const lost = play(protectedPair, [
      [9000, { kind: "unreachable", node: "a" }],
      [9100, about("probe-failed", "a")],
      [9200, about("probe-failed", "a")],
      [9300, about("probe-failed", "a")],
      [9310, fenced("a")],
      [9400, about("promoted", "b")],
      [9410, relaxed("b", 4)],
      [60_000, tick],
    ]);
    expect(lost.actions).toEqual(["fence a", "promote b", "relax-sync b", "point-writer b"]);
    const { actions } = play(lost.state, [[61_000, { kind: "reachable", node: "a" }]]);
    expect(actions).toEqual(["rebuild a"]);
  });

  test("a node that failed to start while it could not be reached is started at once when it can be", () => {
    const { state } = play(protectedPair, [
      [9000, exited("b")],
      [9010, exited("b")],
      [9050, { kind: "unreachable", node: "b" }],
    ]);
    expect(play(state, [[9060, { kind: "reachable", node: "b" }]]).actions).toEqual(["start b"]);
  });

  test("a store of a single node is restarted in place, a hung one after it was killed", () => {
    const { actions } = play(single(), [
      [0, tick],
      [40, about("started", "a")],
      [9000, exited("a")],
      [9040, about("started", "a")],
      [20_000, about("probe-failed", "a")],
      [20_200, about("probe-failed", "a")],
      [20_400, about("probe-failed", "a")],
      [20_410, fenced("a")],
    ]);
    expect(actions).toEqual(["start a", "point-writer a", "start a", "fence a", "start a"]);
  });
});
