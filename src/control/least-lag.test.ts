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
  promotes: "least-lag",
  probeFailures: 3,
  streamingGraceMs: 1500,
  startTimeoutMs: 3000,
  catchUpTimeoutMs: 4000,
  confirmTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 5000 },
};

/** Feeds events at instants and lists the actions as "kind node". */
function play(start: ReplicationState, script: readonly (readonly [Instant, ReplicationEvent | Tick])[]) {
  let state = start;
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = replicationLoop.step(state, event, now);
    state = step.state;
    actions.push(...step.actions.map((action) => `${action.kind} ${"node" in action ? action.node : ""}`));
  }
  return { state, actions };
}

const tick = { kind: "tick" } as const;
const about = (kind: "started" | "streaming" | "lost-streaming" | "promoted", node: string) => ({
  kind,
  node,
});
const fenced = (node: string, round = 1) => ({ kind: "fenced", node, round }) as const;
const answers = (node: string, offset: number) => ({ kind: "probe-ok", node, offset }) as const;
const silent = (node: string) => ({ kind: "probe-failed", node }) as const;
const exited = (node: string) => ({ kind: "exited", node, reason: "SIGKILL" }) as const;

function booted(replicas: readonly string[], promotes: ReplicationSettings["promotes"] = "least-lag") {
  const initial = initialReplication({
    primary: "a",
    replicas: replicas.map((node) => ({ node, hasData: true })),
    settings: { ...settings, promotes },
    now: 0,
  });
  return play(initial, [
    [0, tick],
    [40, about("started", "a")],
    ...replicas.map((node) => [80, about("started", node)] as const),
    ...replicas.map((node) => [100, about("streaming", node)] as const),
  ]);
}

describe("a cache with replicas", () => {
  test("opens the primary, starts the replicas, and is complete when all of them follow", () => {
    const { state, actions } = booted(["b", "c"]);
    expect(actions).toEqual(["start a", "point-writer a", "start b", "start c"]);
    expect(summarizeReplication(state)).toMatchObject({
      phase: "protected",
      complete: true,
      nodes: { a: { role: "primary" }, b: { role: "replica" }, c: { role: "replica" } },
    });
    const apart = play(state, [[500, about("lost-streaming", "c")]]);
    expect(summarizeReplication(apart.state)).toMatchObject({ phase: "protected", complete: false });
  });

  test("with one replica fails over at once; the old primary comes back as a replica", () => {
    const over = play(booted(["b"]).state, [
      [9000, exited("a")],
      [9020, fenced("a")],
      [9040, about("promoted", "b")],
      [9340, about("started", "a")],
      [9400, about("streaming", "a")],
    ]);
    expect(over.actions).toEqual(["fence a", "promote b", "point-writer b", "start a"]);
    expect(summarizeReplication(over.state)).toMatchObject({ complete: true, writer: "b" });
    const back = play(over.state, [
      [20_000, exited("b")],
      [20_020, fenced("b")],
      [20_040, about("promoted", "a")],
    ]);
    expect(back.actions).toEqual(["fence b", "promote a", "point-writer a", "start b"]);
  });

  test("chooses the replica that has most, by what each says after the fence", () => {
    const lost = play(booted(["b", "c"]).state, [
      [8900, answers("b", 900)],
      [8900, answers("c", 800)],
      [9000, exited("a")],
      [9020, fenced("a")],
      [9030, answers("b", 900)],
    ]);
    expect(lost.actions).toEqual(["fence a"]);
    const { actions, state } = play(lost.state, [
      [9040, answers("c", 950)],
      [9060, about("promoted", "c")],
    ]);
    expect(actions).toEqual(["promote c", "point-writer c", "start a"]);
    expect(state.replicas).toEqual(["b", "a"]);
  });

  test("does not wait for a replica that answers no more, and promotes none that never followed", () => {
    const { state } = booted(["b", "c"]);
    const hung = [
      [8900, answers("c", 2000)],
      [9000, exited("a")],
      [9010, silent("c")],
      [9020, fenced("a")],
      [9030, answers("b", 900)],
    ] as const;
    expect(play(state, hung).actions).toEqual(["fence a", "promote b"]);
    const fresh = [
      [8000, exited("b")],
      [8340, about("started", "b")],
      [8400, answers("b", 5000)],
      [9000, exited("a")],
      [9020, fenced("a")],
    ] as const;
    expect(play(state, fresh).actions).toEqual(["start b", "fence a", "promote c"]);
  });

  test("holds a copy of the present primary for more than any of an earlier one", () => {
    const { actions } = play(booted(["b", "c"]).state, [
      [9000, exited("a")],
      [9020, fenced("a")],
      [9030, answers("b", 900)],
      [9030, answers("c", 700)],
      [9060, about("promoted", "b")],
      // The other one does not find its way to the new primary; the old one does.
      [9340, about("started", "a")],
      [9400, about("streaming", "a")],
      [20_000, exited("b")],
      [20_020, fenced("b")],
      [20_030, answers("a", 1000)],
      [20_030, answers("c", 9000)],
    ]);
    expect(actions.slice(-2)).toEqual(["fence b", "promote a"]);
  });

  test("promotes a replica that missed a probe rather than bring back an empty primary", () => {
    const { actions } = play(booted(["b"]).state, [
      [9000, silent("b")],
      [9010, exited("a")],
      [9020, fenced("a")],
    ]);
    expect(actions).toEqual(["fence a", "promote b"]);
  });

  test("starts the primary again in place when no replica has a copy", () => {
    const { state, actions } = play(booted(["b"]).state, [
      [9000, exited("b")],
      [9001, exited("a")],
      [9340, about("started", "a")],
    ]);
    expect(actions).toEqual(["start b", "start a"]);
    expect(state.term).toBe(2);
  });

  test("without automatic failover the primary is started again in place, and the replica follows it", () => {
    const { state, actions } = play(booted(["b"], "nobody").state, [
      [9000, exited("a")],
      [9340, about("started", "a")],
      [9400, about("streaming", "b")],
    ]);
    expect(actions).toEqual(["start a"]);
    expect(summarizeReplication(state)).toMatchObject({ protected: false, complete: true });
  });
});
