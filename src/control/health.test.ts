import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type HealthEvent,
  type HealthState,
  healthLoop,
  healthTiming,
  initialHealth,
  routableTargets,
} from "./health.ts";
import type { Instant, Tick } from "./controller.ts";
import { HealthWorld, healthFaults } from "./testing/health-world.ts";
import { runs, schedules } from "./testing/schedules.ts";
import { simulate } from "./testing/simulation.ts";

const declared = { intervalMs: 30_000, timeoutMs: 5000, healthyThreshold: 2, unhealthyThreshold: 3 };

/** Feeds events at instants, the state going from one to the next, and returns what was asked for. */
function play(start: HealthState, script: readonly (readonly [Instant, HealthEvent | Tick])[]) {
  let state = start;
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = healthLoop.step(state, event, now);
    state = step.state;
    actions.push(
      ...step.actions.map(
        (action) => `${now} ${action.kind}${"reason" in action ? ` ${action.reason}` : ""}`,
      ),
    );
  }
  return { state, actions };
}

const tick = { kind: "tick" } as const;
const register = { kind: "register", target: "a" } as const;
const passed = (probe: number) => ({ kind: "passed", target: "a", probe }) as const;
const failed = (probe: number) =>
  ({ kind: "failed", target: "a", probe, reason: "Target.ResponseCodeMismatch" }) as const;
const healthyTarget = play(initialHealth(declared), [
  [0, register],
  [5, passed(1)],
]).state;

describe("health checks of a target group", () => {
  test("after a target is registered, it must pass one health check to be considered healthy", () => {
    const { state, actions } = play(initialHealth(declared), [
      [0, register],
      [5, passed(1)],
    ]);
    expect(actions).toEqual(["0 probe", "5 healthy"]);
    expect(healthLoop.nextWake(state)).toBe(30_000);
  });

  test("other settings count from the next probe on, which comes when they say", () => {
    const faster = { ...declared, intervalMs: 100, unhealthyThreshold: 2 };
    const { state, actions } = play(healthyTarget, [
      [1000, { kind: "configure", settings: faster }],
      [1100, tick],
      [1101, failed(2)],
      [1200, tick],
      [1201, failed(3)],
    ]);
    expect(actions).toEqual(["1100 probe", "1200 probe", "1201 unhealthy Target.ResponseCodeMismatch"]);
    expect(healthLoop.nextWake(state)).toBe(1300);
  });

  test("UnhealthyThresholdCount failures in a row take a target out, and a success between starts anew", () => {
    const { state, actions } = play(healthyTarget, [
      [30_000, tick],
      [30_001, failed(2)],
      [60_000, tick],
      [60_001, passed(3)],
      [90_000, tick],
      [90_001, failed(4)],
      [120_000, tick],
      [120_001, failed(5)],
      [150_000, tick],
      [155_000, tick],
    ]);
    expect(actions.at(-1)).toBe("155000 unhealthy Target.Timeout");
    expect(actions.filter((action) => action.includes("unhealthy"))).toHaveLength(1);
    expect(state.targets["a"]).toMatchObject({ status: "unhealthy", reason: "Target.Timeout" });
  });

  test("HealthyThresholdCount successes in a row bring an unhealthy target back", () => {
    const { state } = play(initialHealth({ ...declared, unhealthyThreshold: 1 }), [
      [0, register],
      [1, failed(1)],
      [30_000, tick],
      [30_001, passed(2)],
    ]);
    expect(state.targets["a"]?.status).toBe("unhealthy");
    expect(
      play(state, [
        [60_000, tick],
        [60_001, passed(3)],
      ]).actions,
    ).toEqual(["60000 probe", "60001 healthy"]);
  });

  test("an answer that comes after the time-out is not an answer to the next probe", () => {
    const { state } = play(healthyTarget, [
      [30_000, tick],
      [35_000, tick],
      [60_000, tick],
      [60_001, passed(2)],
    ]);
    expect(state.targets["a"]).toMatchObject({ failures: 1, probe: { id: 3 } });
    // Nor does it count when it comes before the tick that the runner owes.
    const late = play(healthyTarget, [
      [30_000, tick],
      [35_001, passed(2)],
    ]);
    expect(late.state.targets["a"]).toMatchObject({ failures: 1, probe: null });
  });

  test("a draining target is probed no more and gets no requests", () => {
    const { state } = play(healthyTarget, [[10, { kind: "deregister", target: "a" }]]);
    expect(state.targets["a"]?.status).toBe("draining");
    expect(routableTargets(state)).toEqual([]);
    expect(healthLoop.nextWake(state)).toBeNull();
  });

  test("with only unhealthy targets the load balancer fails open", () => {
    const { state } = play(initialHealth({ ...declared, unhealthyThreshold: 1 }), [
      [0, register],
      [0, { kind: "register", target: "b" }],
      [1, failed(1)],
      [1, { kind: "failed", target: "b", probe: 2, reason: "Target.FailedHealthChecks" }],
    ]);
    expect(routableTargets(state)).toEqual(["a", "b"]);
  });

  test("the local profile probes fast and keeps the declared thresholds", () => {
    expect(healthTiming("local", declared)).toEqual({ ...declared, intervalMs: 200, timeoutMs: 500 });
    expect(healthTiming("document", declared)).toEqual(declared);
  });
});

describe("under faults", () => {
  const targets = ["a", "b", "c"];
  const settings = fc.constantFrom(
    healthTiming("local", declared),
    { intervalMs: 300, timeoutMs: 100, healthyThreshold: 5, unhealthyThreshold: 2 },
    { intervalMs: 100, timeoutMs: 100, healthyThreshold: 1, unhealthyThreshold: 1 },
  );

  test("an observer that counts on its own agrees after every event, and all are healthy in the end", () => {
    const property = fc.property(settings, schedules(healthFaults, 6000), (chosen, schedule) => {
      const world = new HealthWorld(targets, chosen, schedule);
      const end = simulate(healthLoop, initialHealth(chosen), world, 15_000);
      expect(routableTargets(end).toSorted()).toEqual(targets);
    });
    fc.assert(property, runs(300));
  });

  test("the harness finds a checker that counts failures that are not in a row", () => {
    const forgetful: typeof healthLoop = {
      ...healthLoop,
      step: (state, event, now) => {
        const step = healthLoop.step(state, event, now);
        const keepFailures = Object.entries(step.state.targets).map(([name, target]) => {
          const before = state.targets[name]?.failures ?? 0;
          return [name, { ...target, failures: Math.max(before, target.failures) }] as const;
        });
        return { ...step, state: { ...step.state, targets: Object.fromEntries(keepFailures) } };
      },
    };
    const property = fc.property(settings, schedules(healthFaults, 6000), (chosen, schedule) => {
      simulate(forgetful, initialHealth(chosen), new HealthWorld(targets, chosen, schedule), 15_000);
    });
    expect(fc.check(property, runs(100)).failed).toBe(true);
  });
});
