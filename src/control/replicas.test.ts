import { describe, expect, test } from "vitest";
import type { Instant, Tick } from "./controller.ts";
import {
  type ReplicaSettings,
  type ReplicasEvent,
  type ReplicasState,
  initialReplicas,
  summarizeReplicas,
} from "./replica-state.ts";
import { replicasLoop } from "./replicas.ts";

const settings: ReplicaSettings = {
  max: 6,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  startTimeoutMs: 3000,
  healthCheckGracePeriodMs: 500,
  deregistrationDelayMs: 1000,
  stopTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 3000 },
};

/** What is replaced stops first. */
const withoutSurge = { minimumHealthyPercent: 50, maximumPercent: 100 };

function service(desired: number, changes: Partial<ReplicaSettings> = {}): ReplicasState {
  return initialReplicas({
    service: "api",
    version: "v1",
    zones: ["a", "b"],
    desired,
    settings: { ...settings, ...changes },
  });
}

/** Feeds events at instants and lists the actions as "instant kind id". */
function play(start: ReplicasState, script: readonly (readonly [Instant, ReplicasEvent | Tick])[]) {
  let state = start;
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = replicasLoop.step(state, event, now);
    state = step.state;
    for (const action of step.actions) {
      actions.push(
        `${now} ${action.kind} ${action.id}${action.kind === "start" ? ` in ${action.zone}` : ""}`,
      );
    }
  }
  return { state, actions };
}

const tick = { kind: "tick" } as const;
const about = (kind: "started" | "healthy" | "unhealthy" | "drained", id: string) => ({ kind, id });
const exited = (id: string) => ({ kind: "exited", id, reason: "exit code 1" }) as const;
const drain = (draining: boolean) => ({ kind: "drain", zone: "a", draining }) as const;
const zone = (available: boolean) => ({ kind: "zone", zone: "a", available }) as const;

/** A service of which every replica has been healthy since 100 ms. */
function steady(desired: number, changes: Partial<ReplicaSettings> = {}): ReplicasState {
  const ids = Array.from({ length: desired }, (_, index) => `api-${index + 1}`);
  return play(service(desired, changes), [
    [0, tick],
    ...ids.map((id) => [50, about("started", id)] as const),
    ...ids.map((id) => [100, about("healthy", id)] as const),
  ]).state;
}

describe("the service scheduler", () => {
  test("starts the desired count, spread over the zones", () => {
    const { state, actions } = play(service(3), [[0, tick]]);
    expect(actions).toEqual(["0 start api-1 in a", "0 start api-2 in b", "0 start api-3 in a"]);
    expect(summarizeReplicas(state)).toMatchObject({ phase: "changing", healthy: 0, starting: 3 });
    expect(summarizeReplicas(steady(3))).toMatchObject({ phase: "steady", healthyByZone: { a: 2, b: 1 } });
  });

  test("a task that stops is replaced at once, in its zone", () => {
    expect(play(steady(4), [[9000, exited("api-2")]]).actions).toEqual(["9000 start api-5 in b"]);
  });

  test("an unhealthy task is stopped when its replacement is healthy; SIGTERM does nothing to a frozen one", () => {
    const { actions } = play(steady(2), [
      [9000, about("unhealthy", "api-1")],
      [9050, about("started", "api-3")],
      [9100, about("healthy", "api-3")],
      [10_100, tick],
      [11_100, tick],
      [11_110, exited("api-1")],
    ]);
    expect(actions).toEqual([
      "9000 start api-3 in a",
      "9100 deregister api-1",
      "10100 stop api-1",
      "11100 kill api-1",
    ]);
  });

  test("an unhealthy task that recovers before that stays, and the replacement goes", () => {
    const { actions } = play(steady(2), [
      [9000, about("unhealthy", "api-1")],
      [9050, about("started", "api-3")],
      [9060, about("healthy", "api-1")],
    ]);
    expect(actions).toEqual(["9000 start api-3 in a", "9060 deregister api-3"]);
  });

  test("an instance that is started again in place within the group's patience is not replaced", () => {
    const patient = steady(2, { unhealthyPatienceMs: 5000 });
    const { state, actions } = play(patient, [
      [9000, about("unhealthy", "api-1")],
      [13_900, about("healthy", "api-1")],
      [15_000, about("unhealthy", "api-1")],
      [19_000, about("unhealthy", "api-1")],
    ]);
    expect(actions).toEqual([]);
    expect(replicasLoop.nextWake(state)).toBe(20_000);
    expect(play(state, [[20_000, tick]]).actions).toEqual(["20000 start api-3 in a"]);
  });

  test("without room for a replacement the unhealthy task stops first", () => {
    const { actions } = play(steady(2, withoutSurge), [[9000, about("unhealthy", "api-1")]]);
    expect(actions).toEqual(["9000 deregister api-1", "9000 start api-3 in a"]);
  });

  test("unhealthiness within the health check grace period is ignored", () => {
    const early = play(service(1), [
      [0, tick],
      [50, about("started", "api-1")],
      [100, about("unhealthy", "api-1")],
    ]);
    expect(early.actions).toEqual(["0 start api-1 in a"]);
    expect(replicasLoop.nextWake(early.state)).toBe(550);
    expect(play(early.state, [[550, tick]]).actions).toEqual(["550 start api-2 in a"]);
  });

  test("scaling in drains the youngest, and stops it when it is drained", () => {
    const { state, actions } = play(steady(4), [
      [9000, { kind: "scale", desired: 2 }],
      [9100, about("drained", "api-4")],
      [9200, exited("api-4")],
    ]);
    expect(actions).toEqual(["9000 deregister api-3", "9000 deregister api-4", "9100 stop api-4"]);
    expect(state).toMatchObject({ failures: 0, lastLoss: null, vacancies: [] });
  });

  test("a lost zone's tasks are replaced elsewhere, and rebalanced when it is back", () => {
    const outage = play(steady(2), [
      [9000, { kind: "zone", zone: "b", available: false }],
      [9010, exited("api-2")],
      [9050, about("started", "api-3")],
      [9100, about("healthy", "api-3")],
    ]);
    expect(outage.actions).toEqual(["9000 start api-3 in a"]);
    const { actions } = play(outage.state, [
      [60_000, { kind: "zone", zone: "b", available: true }],
      [60_050, about("started", "api-4")],
      [60_100, about("healthy", "api-4")],
    ]);
    expect(actions).toEqual(["60000 start api-4 in b", "60100 deregister api-3"]);
  });

  test("without a surge a replica on its way is not given up for a better place", () => {
    const { actions } = play(service(2, withoutSurge), [
      [0, tick],
      [10, { kind: "zone", zone: "b", available: false }],
    ]);
    expect(actions).toEqual(["0 start api-1 in a", "0 start api-2 in b"]);
  });

  test("a task that does not become healthy in time is replaced, even if nobody calls it unhealthy", () => {
    const { state } = play(service(1), [
      [0, tick],
      [50, about("started", "api-1")],
    ]);
    expect(replicasLoop.nextWake(state)).toBe(3000);
    expect(play(state, [[3000, tick]]).actions).toEqual(["3000 start api-2 in a"]);
  });

  test("a service that ran well for a while restarts at once, whatever happened before", () => {
    const { state } = play(service(1), [
      [0, tick],
      [10, exited("api-1")],
      [20, exited("api-2")],
      [220, tick],
      [230, exited("api-3")],
      [630, tick],
      [700, about("started", "api-4")],
      [800, about("healthy", "api-4")],
    ]);
    expect(play(state, [[3799, exited("api-4")]]).actions).toEqual([]);
    const restarted = play(state, [[3800, exited("api-4")]]);
    expect(restarted.actions).toEqual(["3800 start api-5 in a"]);
    expect(replicasLoop.nextWake(play(restarted.state, [[3810, exited("api-5")]]).state)).toBe(4010);
  });

  test("a service that never starts backs off: at once, 0.2 s, 0.4 s, … up to the cap", () => {
    let { state } = play(service(1), [[0, tick]]);
    const waits: number[] = [];
    let now = 0;
    for (let number = 1; number <= 6; number += 1) {
      const failedAt = now + 10;
      state = play(state, [[failedAt, exited(`api-${number}`)]]).state;
      const wake = state.replicas.length === 1 ? failedAt : (replicasLoop.nextWake(state) ?? failedAt);
      waits.push(wake - failedAt);
      now = wake;
      state = play(state, [[now, tick]]).state;
    }
    expect(waits).toEqual([0, 200, 400, 800, 1600, 2000]);
    expect(state.lastLoss).toEqual({ id: "api-6", reason: "exit code 1" });
  });

  test("replicas that are lost together count as one failure", () => {
    const young = play(steady(4), [
      [200, exited("api-1")],
      [200, exited("api-2")],
      [210, exited("api-3")],
    ]);
    expect(young.actions).toEqual(["200 start api-5 in a", "200 start api-6 in b", "210 start api-7 in a"]);
  });

  test("a zone that is closed and drained opens when it is neither any more", () => {
    const { state } = play(service(0), [
      [0, zone(false)],
      [1, drain(true)],
      [2, drain(false)],
    ]);
    expect(play(state, [[3, { kind: "scale", desired: 1 }]]).actions).toEqual(["3 start api-1 in b"]);
    const drained = play(state, [
      [3, drain(true)],
      [4, zone(true)],
      [5, { kind: "scale", desired: 1 }],
    ]);
    expect(drained.actions).toEqual(["5 start api-1 in b"]);
  });

  test("stopping all drains, stops and then stays stopped", () => {
    const { state, actions } = play(steady(2), [
      [9000, { kind: "stop-all" }],
      [9100, about("drained", "api-1")],
      [9150, exited("api-1")],
      [10_000, tick],
      [10_050, exited("api-2")],
    ]);
    expect(actions).toEqual([
      "9000 deregister api-1",
      "9000 deregister api-2",
      "9100 stop api-1",
      "10000 stop api-2",
    ]);
    expect(summarizeReplicas(state).phase).toBe("stopped");
  });
});
