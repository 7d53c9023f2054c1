import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ReplicaSettings, initialReplicas, rolloutBounds } from "../replica-state.ts";
import type { Behaviour, ReplicaFault } from "../testing/replicas-world.ts";
import { runs, schedules } from "../testing/schedules.ts";
import { ServiceWorld, type ToyDeployment } from "../testing/service-world.ts";
import { simulate } from "../testing/simulation.ts";
import type { RolloutPolicy } from "./deployment-state.ts";
import { type ServiceState, initialService, serviceLoop } from "./service.ts";

const settings: ReplicaSettings = {
  max: 6,
  minimumHealthyPercent: 100,
  maximumPercent: 200,
  startTimeoutMs: 3000,
  healthCheckGracePeriodMs: 1500,
  deregistrationDelayMs: 1000,
  stopTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 3000 },
};

const policy: RolloutPolicy = {
  controller: "ecs",
  onFailure: "rollback",
  progressDeadlineMs: 12_000,
  // Longer than a version that crashes is ever healthy.
  minReadyMs: 1500,
  checkpoints: [100],
  checkpointDelayMs: 0,
};

const policies = fc.constantFrom<RolloutPolicy>(
  policy,
  { ...policy, controller: "kubernetes" },
  { ...policy, controller: "instance-refresh", checkpoints: [25, 50, 100], checkpointDelayMs: 2000 },
);

const services = fc
  .record({
    desired: fc.integer({ min: 1, max: 6 }),
    zones: fc.constantFrom<readonly string[]>(["a"], ["a", "b"], ["a", "b", "c"]),
    minimumHealthyPercent: fc.constantFrom(50, 67, 100),
    maximumPercent: fc.constantFrom(100, 125, 150, 200),
    rounding: fc.constantFrom("ecs" as const, "kubernetes" as const),
  })
  .map(({ desired, zones, ...percentages }) =>
    initialService(
      initialReplicas({
        service: "api",
        version: "v1",
        zones,
        desired,
        settings: { ...settings, ...percentages },
      }),
    ),
  );

const DEPLOYED_AT_MS = 5000;

function deploymentOf(behaviours: readonly Behaviour[]): fc.Arbitrary<ToyDeployment> {
  return fc
    .record({
      policy: policies,
      behaviour: fc.constantFrom(...behaviours),
      jobs: fc.constantFrom([], ["migrate"]),
    })
    .map(({ behaviour, ...request }) => ({
      atMs: DEPLOYED_AT_MS,
      request: { ...request, version: "v2", timeoutMs: null },
      behaviour,
      jobFails: false,
    }));
}

const FAULTS: readonly ReplicaFault[] = [
  "crash",
  "freeze",
  "doze",
  "zone-outage",
  "zone-closed",
  "crash-loop",
  "slow-start",
  "scale",
  "drain",
];
/** A service that is scaled to nothing proves nothing about any version. */
const faults = schedules(FAULTS, 15_000).map(({ seed, faults }) => ({
  seed,
  faults: faults.map((fault) => (fault.kind === "scale" ? { ...fault, target: fault.target + 1 } : fault)),
}));
const none = fc.nat().map((seed) => ({ seed, faults: [] }));

describe("a deployment under faults", () => {
  test("of any version ends, and the service is steady with a version that is good", () => {
    const deployments = deploymentOf(["well", "exits", "never-healthy", "crashes"]);
    const property = fc.property(services, faults, deployments, (initial, schedule, deployment) => {
      const world = new ServiceWorld(initial, schedule, [deployment]);
      const end = simulate(serviceLoop, initial, world, 150_000);
      world.checkOver(end, (version) => (version === "v2" ? deployment.behaviour : "well"));
    });
    fc.assert(property, runs(300));
  });
});

/** The fewest healthy replicas that the promise of the rollout leaves. */
const promised = ({ replicas }: ServiceState) => {
  const { surge, minimumHealthy } = rolloutBounds(replicas);
  const leavesFirst = surge === 0 || replicas.settings.rounding === "kubernetes";
  return leavesFirst ? minimumHealthy : replicas.desired;
};

describe("a deployment without faults", () => {
  test("of a bad version rolls back to the last good one, with never fewer healthy replicas than promised", () => {
    const bad = deploymentOf(["exits", "never-healthy"]);
    const property = fc.property(services, none, bad, (initial, schedule, deployment) => {
      const world = new ServiceWorld(initial, schedule, [deployment]);
      const end = simulate(serviceLoop, initial, world, 100_000);
      expect(end.deployment).toMatchObject({ state: "FAILED", rolledBack: true });
      expect(end.replicas).toMatchObject({ version: "v1", generation: 1 });
      expect(world.fewestHealthy).toBeGreaterThanOrEqual(promised(initial));
    });
    fc.assert(property, runs(200));
  });

  test("of a version that crashes while it proves itself leaves what is promised of the old ones", () => {
    const property = fc.property(
      services,
      none,
      deploymentOf(["crashes"]),
      (initial, schedule, deployment) => {
        const world = new ServiceWorld(initial, schedule, [deployment]);
        const end = simulate(serviceLoop, initial, world, 100_000);
        expect(end.deployment).toMatchObject({ state: "FAILED", rolledBack: true });
        expect(world.fewestHealthy).toBeGreaterThanOrEqual(promised(initial));
      },
    );
    fc.assert(property, runs(100));
  });

  test("of a good version completes, and is what later ones roll back to", () => {
    const property = fc.property(services, none, deploymentOf(["well"]), (initial, schedule, good) => {
      const bad = {
        ...good,
        atMs: 60_000,
        request: { ...good.request, version: "v3" },
        behaviour: "exits",
      } as const;
      const world = new ServiceWorld(initial, schedule, [good, bad]);
      const end = simulate(serviceLoop, initial, world, 160_000);
      expect(end.deployment).toMatchObject({
        id: 2,
        state: "FAILED",
        rolledBack: true,
        from: { version: "v2" },
      });
      expect(end.replicas.version).toBe("v2");
      expect(world.fewestHealthy).toBeGreaterThanOrEqual(promised(initial));
    });
    fc.assert(property, runs(100));
  });

  test("whose job fails replaces nothing", () => {
    const property = fc.property(
      services,
      none,
      deploymentOf(["well"]),
      (initial, schedule, { request, ...rest }) => {
        const failing = { ...rest, request: { ...request, jobs: ["migrate"] }, jobFails: true };
        const world = new ServiceWorld(initial, schedule, [failing]);
        const end = simulate(serviceLoop, initial, world, 30_000);
        expect(end.deployment).toMatchObject({ state: "FAILED", to: { generation: null } });
        expect(end.deployment?.reason).toBe("ended with code 1");
        expect(end.replicas).toMatchObject({ version: "v1", generation: 1 });
      },
    );
    fc.assert(property, runs(50));
  });
});

type Step = typeof serviceLoop.step;

const neverRollsBack: Step = (state, event, now) => {
  const step = serviceLoop.step(state, event, now);
  return step.state.deployment?.phase === "rolling back" && state.deployment?.phase !== "rolling back"
    ? { state: { ...step.state, replicas: state.replicas }, actions: [] }
    : step;
};

/** A version counts as soon as it is healthy once. */
const isImpatient: Step = (state, event, now) =>
  serviceLoop.step(
    state,
    event.kind === "deploy"
      ? { ...event, request: { ...event.request, policy: { ...event.request.policy, minReadyMs: 0 } } }
      : event,
    now,
  );

describe("the harness finds a controller that", () => {
  test.each([
    ["never rolls back", neverRollsBack],
    ["does not wait until a version has proved itself", isImpatient],
  ])("%s", (_name, step) => {
    const property = fc.property(
      services,
      none,
      deploymentOf(["exits", "crashes"]),
      (initial, schedule, deployment) => {
        const world = new ServiceWorld(initial, schedule, [deployment]);
        const end = simulate({ ...serviceLoop, step }, initial, world, 100_000);
        world.checkOver(end, (version) => (version === "v2" ? deployment.behaviour : "well"));
      },
    );
    expect(fc.check(property, runs(50)).failed).toBe(true);
  });
});
