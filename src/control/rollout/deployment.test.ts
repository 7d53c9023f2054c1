import { describe, expect, test } from "vitest";
import { small } from "#model/testing/small.ts";
import { resolve } from "#model/resolve.ts";
import { merge } from "#model/data.ts";
import type { Instant, Tick } from "../controller.ts";
import { type ReplicaSettings, initialReplicas } from "../replica-state.ts";
import { type RolloutPolicy, failureThreshold } from "./deployment-state.ts";
import { rolloutPercentages, rolloutPolicy } from "./policy.ts";
import { type ServiceEvent, type ServiceState, initialService, serviceLoop } from "./service.ts";

const settings: ReplicaSettings = {
  max: 6,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  startTimeoutMs: 3000,
  healthCheckGracePeriodMs: 500,
  deregistrationDelayMs: 1000,
  stopTimeoutMs: 1000,
  backoff: { baseMs: 0, capMs: 0, resetAfterMs: 3000 },
};

const policy: RolloutPolicy = {
  controller: "ecs",
  onFailure: "rollback",
  progressDeadlineMs: 10_000,
  minReadyMs: 0,
  checkpoints: [100],
  checkpointDelayMs: 0,
};

type Script = readonly (readonly [Instant, ServiceEvent | Tick])[];

function play(start: ServiceState, script: Script) {
  let state = start;
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = serviceLoop.step(state, event, now);
    state = step.state;
    for (const action of step.actions)
      actions.push(`${now} ${action.kind} ${action.kind === "run-job" ? action.job : action.id}`);
  }
  return { state, actions, deployment: state.deployment };
}

const well = (now: Instant, ...ids: string[]): Script =>
  ids.flatMap((id) => [
    [now, { kind: "started", id }],
    [now, { kind: "healthy", id }],
  ]);
const gone = (now: Instant, ...ids: string[]): Script =>
  ids.map((id) => [now, { kind: "exited", id, reason: "exit code 1" }]);

function steady(desired = 2): ServiceState {
  const initial = initialReplicas({ service: "api", version: "v1", zones: ["a", "b"], desired, settings });
  const ids = Array.from({ length: desired }, (_, index) => `api-${index + 1}`);
  return play(initialService(initial), [[0, { kind: "tick" }], ...well(0, ...ids)]).state;
}

function deploy(changes: Partial<RolloutPolicy> = {}, timeoutMs: number | null = null, jobs: string[] = []) {
  const request = { version: "v2", policy: { ...policy, ...changes }, timeoutMs, jobs };
  return [1000, { kind: "deploy", request }] as const;
}

const ended = (at: Instant, job: string, deployment = 1): Script => [
  [at, { kind: "job-ended", deployment, job, failure: null }],
];

describe("a deployment", () => {
  test("is completed when every replica is new and no old one serves", () => {
    const { deployment, state } = play(steady(), [deploy(), ...well(1500, "api-3", "api-4")]);
    expect(deployment).toMatchObject({ state: "COMPLETED", phase: "over", endedAt: 1500 });
    expect(deployment?.progress).toMatchObject({ replaced: 2, total: 2, failed: 0 });
    expect(state.good).toEqual({ version: "v1", generation: 1 });
    expect(play(state, gone(2500, "api-1", "api-2")).state.good).toEqual({ version: "v2", generation: 2 });
  });

  test("runs its jobs first, one after the other, and answers to another one mean nothing", () => {
    const { actions } = play(steady(), [
      deploy({}, null, ["migrate", "index"]),
      ...ended(1100, "index"),
      ...ended(1200, "migrate", 7),
      ...ended(1300, "migrate"),
      ...ended(1400, "index"),
    ]);
    expect(actions).toEqual([
      "1000 run-job migrate",
      "1300 run-job index",
      "1400 start api-3",
      "1400 start api-4",
    ]);
  });

  test("of another version waits for the one that is under way, and a plain roll takes its place", () => {
    const begun = play(steady(), [deploy()]).state;
    expect(play(begun, [deploy()]).deployment?.id).toBe(1);
    const rolled = play(begun, [[1500, { kind: "roll", version: "v3" }]]).deployment;
    expect(rolled).toMatchObject({ state: "FAILED", reason: "another roll has taken its place" });
  });

  test("that takes longer than was asked for is rolled back, and says so", () => {
    const { deployment } = play(steady(), [deploy({}, 5000), [6000, { kind: "tick" }]]);
    expect(deployment).toMatchObject({ phase: "over", rolledBack: true });
    expect(deployment?.reason).toBe("it was not completed within 5 s");
  });
});

describe("ECS's circuit breaker", () => {
  test.each([
    [1, 3],
    [6, 3],
    [7, 4],
    [100, 50],
    [1000, 200],
  ])("of %i tasks lets fewer than %i fail", (desired, threshold) => {
    expect(failureThreshold(desired)).toBe(threshold);
  });

  const failing: Script = [...gone(1100, "api-3", "api-4"), [1101, { kind: "tick" }], ...gone(1200, "api-5")];

  test("rolls back to the last good revision", () => {
    const { deployment, state } = play(steady(), [deploy(), ...failing, ...gone(1300, "api-6")]);
    expect(deployment).toMatchObject({
      state: "FAILED",
      rolledBack: true,
      from: { version: "v1", generation: 1 },
    });
    expect(deployment?.progress.lastFailure).toEqual({ id: "api-5", reason: "exit code 1" });
    expect(state.replicas).toMatchObject({ version: "v1", generation: 1, failedReplicas: 0 });
  });

  test("stops where nothing is to be rolled back: no new replica is started", () => {
    const { deployment, actions } = play(steady(), [
      deploy({ onFailure: "stop" }),
      ...failing,
      ...gone(1300, "api-6"),
    ]);
    expect(deployment).toMatchObject({ state: "FAILED", rolledBack: false });
    expect(actions.filter((action) => action.startsWith("1300"))).toEqual([]);
  });

  test("is cleared by a task that is healthy", () => {
    const script: Script = [
      deploy(),
      ...gone(1100, "api-3", "api-4"),
      ...well(1150, "api-5"),
      ...gone(1200, "api-6"),
    ];
    expect(play(steady(), script).deployment).toMatchObject({
      state: "IN_PROGRESS",
      progress: { failed: 1 },
    });
  });
});

describe("Kubernetes' progress deadline", () => {
  const kubernetes = { controller: "kubernetes", onFailure: "rollback" } as const;

  test("is what ends a deployment, however many pods have failed", () => {
    const crashes = [3, 4, 5, 6, 7, 8].flatMap((number) => gone(1000 + number, `api-${number}`));
    const failing = play(steady(), [deploy(kubernetes), ...crashes]);
    expect(failing.deployment).toMatchObject({ state: "IN_PROGRESS", progress: { threshold: null } });
    const { deployment } = play(failing.state, [[11_000, { kind: "tick" }]]);
    expect(deployment).toMatchObject({ state: "FAILED", rolledBack: true });
    expect(deployment?.reason).toMatch("ProgressDeadlineExceeded");
  });

  test("begins anew with each replica that becomes well", () => {
    const begun = play(steady(), [deploy(kubernetes), ...well(3000, "api-3"), [12_999, { kind: "tick" }]]);
    expect(begun.deployment?.state).toBe("IN_PROGRESS");
    expect(play(begun.state, [[13_000, { kind: "tick" }]]).deployment?.phase).toBe("rolling back");
  });

  test("has failed for good without a circuit breaker, though the new pods are tried further", () => {
    const script: Script = [deploy({ ...kubernetes, onFailure: "none" }), [11_000, { kind: "tick" }]];
    const { deployment, state } = play(steady(), script);
    expect(deployment).toMatchObject({ state: "FAILED", rolledBack: false });
    expect(state.replicas.pace.held).toBe(false);
  });
});

test("an instance refresh waits at its checkpoints", () => {
  const refresh = {
    controller: "instance-refresh",
    checkpoints: [50, 100],
    checkpointDelayMs: 3000,
  } as const;
  const half = play(steady(4), [deploy(refresh), ...well(1500, "api-5", "api-6")]);
  expect(half.actions.filter((action) => action.includes("start"))).toEqual([
    "1000 start api-5",
    "1000 start api-6",
  ]);
  expect(half.deployment).toMatchObject({ phase: "at a checkpoint", continuesAt: 4500 });
  const rest = play(half.state, [[4500, { kind: "tick" }], ...well(4600, "api-7", "api-8")]);
  expect(rest.actions.filter((action) => action.includes("start"))).toEqual([
    "4500 start api-7",
    "4500 start api-8",
  ]);
  expect(rest.deployment?.state).toBe("COMPLETED");
});

const of = (compute: unknown, service: unknown = {}) => {
  const { compute: _, ...rest } = small;
  const architecture = resolve(merge({ ...rest, compute }, { services: { api: service } }), "production");
  const api = architecture.services["api"];
  if (api?.kind !== "web") throw new Error("There is no service.");
  return { ...rolloutPercentages(architecture.compute, api), ...rolloutPolicy(architecture.compute, api) };
};

describe("an architecture's rollout", () => {
  const instances = {
    kind: "ec2-auto-scaling",
    instanceType: "t3.medium",
    instanceRefresh: { minHealthy: 90, warmup: "60s", checkpoints: [50], checkpointDelay: "10m" },
  };
  const cluster = { kind: "eks", version: "1.28", nodeGroups: {} };
  test("is ECS's, Kubernetes' or an instance refresh's, by what it runs on", () => {
    expect(of(small.compute)).toMatchObject({ controller: "ecs", maximumPercent: 200, minReadyMs: 10_000 });
    const budget = { disruption: { minAvailable: 1 }, rollout: { minHealthy: 75, max: 125 } };
    expect(of(cluster, budget)).toMatchObject({
      controller: "kubernetes",
      rounding: "kubernetes",
      minAvailable: 1,
      minimumHealthyPercent: 75,
    });
    expect(of(instances)).toMatchObject({
      controller: "instance-refresh",
      minimumHealthyPercent: 90,
      maximumPercent: 190,
      minReadyMs: 60_000,
      checkpoints: [50, 100],
      checkpointDelayMs: 600_000,
    });
  });
});
