import { describe, expect, test } from "vitest";
import type { Instant, Tick } from "./controller.ts";
import {
  type ReplicaSettings,
  type ReplicasEvent,
  type ReplicasState,
  initialReplicas,
  rolloutBounds,
  summarizeReplicas,
} from "./replica-state.ts";
import { replicasLoop } from "./replicas.ts";

const settings: ReplicaSettings = {
  max: 6,
  minimumHealthyPercent: 100,
  maximumPercent: 150,
  startTimeoutMs: 3000,
  healthCheckGracePeriodMs: 500,
  deregistrationDelayMs: 1000,
  stopTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 3000 },
};

type Script = readonly (readonly [Instant, ReplicasEvent | Tick])[];

/** Feeds events at instants and lists the actions as "instant kind id". */
function play(start: ReplicasState, script: Script) {
  let state = start;
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = replicasLoop.step(state, event, now);
    state = step.state;
    for (const action of step.actions) {
      const what = action.kind === "start" ? ` ${action.version} in ${action.zone}` : "";
      actions.push(`${now} ${action.kind} ${action.id}${what}`);
    }
  }
  return { state, actions };
}

const about = (kind: "started" | "healthy" | "unhealthy" | "drained", id: string) => ({ kind, id });
const exited = (id: string) => ({ kind: "exited", id, reason: "exit code 1" }) as const;
const roll = { kind: "roll", version: "v2" } as const;

/** What follows when replicas start and are found healthy. */
const wellFrom = (now: Instant, ...ids: string[]): Script => [
  ...ids.map((id) => [now, about("started", id)] as const),
  ...ids.map((id) => [now + 50, about("healthy", id)] as const),
];

function steady(desired: number, changes: Partial<ReplicaSettings> = {}): ReplicasState {
  const initial = initialReplicas({
    service: "api",
    version: "v1",
    zones: ["a", "b"],
    desired,
    settings: { ...settings, ...changes },
  });
  const ids = Array.from({ length: desired }, (_, index) => `api-${index + 1}`);
  return play(initial, [[0, { kind: "tick" }], ...wellFrom(50, ...ids)]).state;
}

describe("a roll", () => {
  test("starts as many as the surge allows, and lets an old one go for each that is healthy", () => {
    const { state, actions } = play(steady(2), [
      [9000, roll],
      ...wellFrom(9100, "api-3"),
      [9200, about("drained", "api-1")],
      [9210, exited("api-1")],
      ...wellFrom(9300, "api-4"),
      [9400, about("drained", "api-2")],
      [9410, exited("api-2")],
    ]);
    expect(actions).toEqual([
      "9000 start api-3 v2 in a",
      "9150 deregister api-1",
      "9150 start api-4 v2 in b",
      "9200 stop api-1",
      "9350 deregister api-2",
      "9400 stop api-2",
    ]);
    expect(summarizeReplicas(state)).toMatchObject({
      phase: "steady",
      outdated: 0,
      healthyByZone: { a: 1, b: 1 },
    });
  });

  test("without a surge lets old ones go first, as many as the minimum healthy percent allows", () => {
    const bounds = { minimumHealthyPercent: 50, maximumPercent: 100 };
    const { actions } = play(steady(4, bounds), [[9000, roll], ...wellFrom(9100, "api-5", "api-6")]);
    expect(actions).toEqual([
      "9000 deregister api-1",
      "9000 deregister api-2",
      "9000 start api-5 v2 in a",
      "9000 start api-6 v2 in b",
      "9150 deregister api-3",
      "9150 start api-7 v2 in a",
      "9150 deregister api-4",
      "9150 start api-8 v2 in b",
    ]);
  });

  test("keeps the old replicas while new ones fail, and tries again later and later", () => {
    const { state, actions } = play(steady(2), [
      [9000, roll],
      [9010, exited("api-3")],
      [9020, exited("api-4")],
      [9220, { kind: "tick" }],
    ]);
    expect(actions).toEqual([
      "9000 start api-3 v2 in a",
      "9010 start api-4 v2 in a",
      "9220 start api-5 v2 in a",
    ]);
    expect(state.failures).toBe(2);
    expect(summarizeReplicas(state)).toMatchObject({ phase: "rolling", healthy: 2, outdated: 2 });
  });

  test("begins at once, however often starts have failed before", () => {
    const failing = play(steady(1), [
      [200, exited("api-1")],
      [210, exited("api-2")],
    ]).state;
    expect(failing.retryAt).toBeGreaterThan(250);
    expect(play(failing, [[250, roll]]).actions).toEqual(["250 start api-3 v2 in a"]);
  });

  test("takes what was never healthy away at once, also what an earlier roll had begun", () => {
    const { actions } = play(steady(2), [
      [9000, roll],
      [9050, { kind: "roll", version: "v3" }],
    ]);
    expect(actions).toEqual(["9000 start api-3 v2 in a", "9050 stop api-3", "9050 start api-4 v3 in a"]);
  });

  test("replaces by the new count where the service is scaled meanwhile", () => {
    const { state } = play(steady(2), [
      [9000, roll],
      [9010, { kind: "scale", desired: 1 }],
      ...wellFrom(9100, "api-3"),
      ...["api-1", "api-2"].map((id) => [9200, exited(id)] as const),
    ]);
    expect(summarizeReplicas(state)).toMatchObject({ phase: "steady", desired: 1, healthy: 1, outdated: 0 });
  });

  test("frees the zone that is to be left first", () => {
    const { actions } = play(steady(2), [
      [9000, { kind: "zone", zone: "b", available: false }],
      [9000, roll],
      ...wellFrom(9100, "api-4"),
    ]);
    expect(actions.find((action) => action.includes("deregister"))).toMatch("deregister api-2");
  });
});

test.each([
  ["ECS's default", 4, 100, 200, { surge: 4, minimumHealthy: 4 }],
  ["the maximum, rounded down", 3, 100, 150, { surge: 1, minimumHealthy: 3 }],
  ["the minimum, rounded up", 3, 50, 100, { surge: 0, minimumHealthy: 2 }],
  ["neither, after rounding: one more", 1, 50, 150, { surge: 1, minimumHealthy: 1 }],
  ["none at all", 0, 100, 200, { surge: 1, minimumHealthy: 0 }],
])("the bounds of a rollout: %s", (_, desired, minimumHealthyPercent, maximumPercent, bounds) => {
  const declared = { ...settings, minimumHealthyPercent, maximumPercent };
  expect(rolloutBounds({ desired, settings: declared })).toEqual(bounds);
});

test.each([
  ["the surge up, what may be unavailable down", 3, 50, 150, { surge: 2, minimumHealthy: 2 }],
  ["25 % of each, its own defaults, of ten", 10, 75, 125, { surge: 3, minimumHealthy: 8 }],
  ["neither, after rounding: one may be unavailable", 3, 90, 100, { surge: 0, minimumHealthy: 2 }],
])("Kubernetes rounds %s", (_, desired, minimumHealthyPercent, maximumPercent, bounds) => {
  const declared = { ...settings, minimumHealthyPercent, maximumPercent, rounding: "kubernetes" } as const;
  expect(rolloutBounds({ desired, settings: declared })).toEqual(bounds);
});

describe("a new replica", () => {
  const paced = {
    kind: "roll",
    version: "v2",
    pace: { minReadyMs: 1000, limit: null, held: false },
  } as const;

  test("lets an old one go when it has been healthy for long enough", () => {
    const { actions } = play(steady(1), [
      [9000, paced],
      ...wellFrom(9100, "api-2"),
      [10_149, { kind: "tick" }],
      [10_150, { kind: "tick" }],
    ]);
    expect(actions).toEqual(["9000 start api-2 v2 in a", "10150 deregister api-1"]);
  });

  test("that fails is counted, also beside others of its wave, until one is available", () => {
    const script: Script = [[9000, paced], ...wellFrom(9100, "api-3", "api-4")];
    const both: Script = [
      [9200, exited("api-3")],
      [9210, exited("api-4")],
    ];
    const wide = steady(2, { maximumPercent: 200 });
    const { state } = play(wide, [...script, ...both]);
    expect(state).toMatchObject({ failures: 1, failedReplicas: 2 });
    const later = play(state, [...wellFrom(9300, "api-5"), [10_350, { kind: "tick" }]]).state;
    expect(later.failedReplicas).toBe(0);
  });
});

describe("a roll back", () => {
  test("keeps the old replicas that are left, and takes the new ones away", () => {
    const rolling = play(steady(2), [[9000, roll], ...wellFrom(9100, "api-3")]);
    expect(rolling.actions).toContain("9150 deregister api-1");
    const { state, actions } = play(rolling.state, [
      [9200, { kind: "roll-back", version: "v1", generation: 1 }],
      ...wellFrom(9300, "api-5"),
      ...["api-1", "api-3", "api-4"].map((id) => [9400, exited(id)] as const),
    ]);
    expect(actions).toEqual(["9200 stop api-4", "9200 start api-5 v1 in a", "9350 deregister api-3"]);
    expect(summarizeReplicas(state)).toMatchObject({ phase: "steady", healthy: 2, outdated: 0 });
    expect(play(state, [[9900, roll]]).state.generation).toBe(3);
  });
});

describe("a zone that is drained", () => {
  const drain = { kind: "drain", zone: "a", draining: true } as const;

  test.each([
    [
      "leaves at once what the disruption budget lets go",
      3,
      ["9000 deregister api-1", "9000 start api-5 v1 in b", "9000 start api-6 v1 in b"],
    ],
    ["keeps what the disruption budget holds until there is another", 4, ["9000 start api-5 v1 in b"]],
  ])("%s", (_, minAvailable, expected) => {
    const { actions } = play(steady(4, { minAvailable, maximumPercent: 125 }), [[9000, drain]]);
    expect(actions).toEqual(expected);
  });

  test("never has fewer healthy replicas than the budget, and ends empty", () => {
    const { state, actions } = play(steady(4, { minAvailable: 4, maximumPercent: 125 }), [
      [9000, drain],
      ...wellFrom(9100, "api-5"),
      ...wellFrom(9200, "api-6"),
    ]);
    expect(actions.filter((action) => action.includes("deregister"))).toEqual([
      "9150 deregister api-3",
      "9250 deregister api-1",
    ]);
    expect(summarizeReplicas(state).healthyByZone).toEqual({ b: 4 });
  });
});
