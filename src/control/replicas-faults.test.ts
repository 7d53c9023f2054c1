import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ReplicaSettings,
  type ReplicasState,
  initialReplicas,
  isHealthy,
  rolloutBounds,
  summarizeReplicas,
} from "./replica-state.ts";
import { replicasLoop } from "./replicas.ts";
import { ReplicasWorld, replicaFaults } from "./testing/replicas-world.ts";
import { runs, schedules } from "./testing/schedules.ts";
import { simulate } from "./testing/simulation.ts";

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

const zones: readonly (readonly string[])[] = [["a"], ["a", "b"], ["a", "b", "c"]];
const services = fc
  .record({
    desired: fc.nat(6),
    zones: fc.constantFrom(...zones),
    minimumHealthyPercent: fc.constantFrom(0, 50, 67, 100),
    maximumPercent: fc.constantFrom(100, 125, 150, 200, 400),
  })
  .map(({ minimumHealthyPercent, maximumPercent, ...chosen }) =>
    initialReplicas({
      ...chosen,
      service: "api",
      version: "v1",
      settings: { ...settings, minimumHealthyPercent, maximumPercent },
    }),
  );
const faults = schedules(replicaFaults, 8000);

/** Whatever the schedule, nothing forbidden happens on the way and the service is steady a while later. */
function alwaysSteady(loop: typeof replicasLoop) {
  return fc.property(services, faults, (initial: ReplicasState, schedule) => {
    const world = new ReplicasWorld(initial, schedule);
    world.checkSteady(simulate(loop, initial, world, 60_000));
  });
}

describe("a service under faults", () => {
  test("any schedule ends with the desired replicas, healthy and balanced", () => {
    fc.assert(alwaysSteady(replicasLoop), runs(500));
  });

  test("stopping all in the middle of anything leaves nothing behind", () => {
    const property = fc.property(services, faults, fc.nat(8000), (initial, schedule, stopAt) => {
      const world = new ReplicasWorld(initial, schedule);
      world.time.after(stopAt, () => world.emit({ kind: "stop-all" }));
      const end = simulate(replicasLoop, initial, world, 30_000);
      expect(summarizeReplicas(end).phase).toBe("stopped");
      expect(world.processes.size).toBe(0);
    });
    fc.assert(property, runs(300));
  });

  test("a service that crashes for a minute is not started more often than the backoff allows", () => {
    const crashing = [{ atMs: 0, kind: "crash-loop", target: 0, forMs: 60_000 } as const];
    const initial = initialReplicas({
      service: "api",
      version: "v1",
      zones: ["a", "b"],
      desired: 2,
      settings,
    });
    const world = new ReplicasWorld(initial, { seed: 1, faults: crashing });
    world.checkSteady(simulate(replicasLoop, initial, world, 90_000));
    expect(world.starts).toBeLessThan(2 * (60_000 / settings.backoff.capMs + 8));
  });
});

describe("a roll under faults", () => {
  test("to a version that never starts leaves the old replicas in service", () => {
    const property = fc.property(services, fc.nat(), (initial, seed) => {
      const crashing = { atMs: 5000, kind: "crash-loop", target: 0, forMs: 60_000 } as const;
      const rolled = { atMs: 5001, kind: "roll", target: 0, forMs: 0 } as const;
      const world = new ReplicasWorld(initial, { seed, faults: [crashing, rolled] });
      const { replicas } = simulate(replicasLoop, initial, world, 60_000);
      const old = replicas.filter(({ generation }) => generation === 1).filter(isHealthy);
      const { surge, minimumHealthy } = rolloutBounds(initial);
      expect(old).toHaveLength(surge > 0 ? initial.desired : minimumHealthy);
    });
    fc.assert(property, runs(50));
  });
});

type Step = typeof replicasLoop.step;

const neverKills: Step = (state, event, now) => {
  const step = replicasLoop.step(state, event, now);
  return { ...step, actions: step.actions.filter((action) => action.kind !== "kill") };
};

const stopsWithoutDraining: Step = (state, event, now) => {
  const step = replicasLoop.step(state, event, now);
  const actions = step.actions.map((action) =>
    action.kind === "deregister" ? ({ kind: "stop", id: action.id } as const) : action,
  );
  return { ...step, actions };
};

const forgetsClosedZones: Step = (state, event, now) =>
  replicasLoop.step(state, event.kind === "zone" ? { ...event, available: true } : event, now);

/** Decides one event as if it had other settings. */
function under(changes: Partial<ReplicaSettings>): Step {
  return (state, event, now) => {
    const { settings } = state;
    const step = replicasLoop.step({ ...state, settings: { ...settings, ...changes } }, event, now);
    return { ...step, state: { ...step.state, settings } };
  };
}

const forgetsToRoll: Step = (state, event, now) =>
  replicasLoop.step(state, event.kind === "roll" ? { kind: "tick" } : event, now);

describe("the harness finds a controller that", () => {
  const planted: readonly (readonly [string, Step, RegExp])[] = [
    ["never kills", neverKills, /in all|processes are left/],
    ["stops without draining", stopsWithoutDraining, /stopped while it may have requests/],
    ["forgets that a zone is closed", forgetsClosedZones, /which is not available/],
    ["starts more than the surge allows", under({ maximumPercent: 500 }), /live replicas/],
    [
      "takes away more than the minimum",
      under({ minimumHealthyPercent: 0, maximumPercent: 100 }),
      /stay healthy/,
    ],
    ["forgets to roll", forgetsToRoll, /older replicas/],
  ];
  test.each(planted)("%s", (_name, step, violation) => {
    const { errorInstance } = fc.check(alwaysSteady({ ...replicasLoop, step }), runs(300));
    expect(String(errorInstance)).toMatch(violation);
  });
});
