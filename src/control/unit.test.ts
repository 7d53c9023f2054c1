import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ServiceUnit } from "#model/service-unit.ts";
import type { Instant, Tick } from "./controller.ts";
import { newUnit, type UnitEvent, unitLoop, type UnitState } from "./unit.ts";

const unit: ServiceUnit = {
  startsAfter: [],
  restart: "always",
  restartDelayMs: 5000,
  startLimit: { intervalMs: 10_000, burst: 5 },
  stopTimeoutMs: 30_000,
  startTimeoutMs: 90_000,
  openFiles: 1024,
  user: 1000,
};

const tick = { kind: "tick" } as const;
const start = { kind: "start" } as const;
const stop = { kind: "stop" } as const;
const ended = (code: number | null, signal: string | null = null) =>
  ({ kind: "ended", end: { code, signal } }) as const;

function play(changes: Partial<ServiceUnit>, script: readonly (readonly [Instant, UnitEvent | Tick])[]) {
  let state: UnitState = newUnit({ ...unit, ...changes });
  const actions: string[] = [];
  for (const [now, event] of script) {
    const step = unitLoop.step(state, event, now);
    state = step.state;
    actions.push(...step.actions.map(({ kind }) => `${now} ${kind}`));
  }
  return { state, actions };
}

describe("a unit", () => {
  test("is started again in place after RestartSec, however it has ended", () => {
    const { state, actions } = play({}, [
      [0, start],
      [60_000, ended(0)],
      [64_999, tick],
      [65_000, tick],
      [90_000, ended(null, "SIGKILL")],
      [95_000, tick],
    ]);
    expect(actions).toEqual(["0 launch", "65000 launch", "95000 launch"]);
    expect(state).toMatchObject({ phase: "active", restarts: 2 });
  });

  test.each([
    { end: ended(0), restarts: false },
    { end: ended(1), restarts: true },
    // What `docker run` makes of a container that SIGTERM has ended, and one that SIGKILL has.
    { end: ended(143), restarts: false },
    { end: ended(137), restarts: true },
    { end: ended(null, "SIGTERM"), restarts: false },
    { end: ended(null, "SIGHUP"), restarts: false },
    { end: ended(null, "SIGSEGV"), restarts: true },
    { end: ended(203), restarts: true },
  ])("with Restart=on-failure: $end.end starts it again: $restarts", ({ end, restarts }) => {
    const { state } = play({ restart: "on-failure" }, [
      [0, start],
      [1000, end],
    ]);
    expect(state.phase).toBe(restarts ? "auto-restart" : "inactive");
  });

  test("fails at its start limit, and is started no more", () => {
    const starts = [0, 1, 2, 3, 4].flatMap((index): [Instant, UnitEvent | Tick][] => [
      [index * 200, index === 0 ? start : tick],
      [index * 200 + 100, ended(1)],
    ]);
    const { state, actions } = play({ restartDelayMs: 100 }, [...starts, [1000, tick], [60_000, tick]]);
    expect(actions).toEqual([
      "0 launch",
      "200 launch",
      "400 launch",
      "600 launch",
      "800 launch",
      "1000 given-up",
    ]);
    expect(state.phase).toBe("failed");
    expect(unitLoop.nextWake(state)).toBeNull();
  });

  test("that is stopped ends by SIGTERM and is not started again; one that waits is gone at once", () => {
    expect(
      play({}, [
        [0, start],
        [10, stop],
        [20, ended(0)],
        [9000, tick],
      ]).actions,
    ).toEqual(["0 launch", "10 terminate", "20 gone"]);
    expect(
      play({}, [
        [0, start],
        [10, ended(1)],
        [20, stop],
        [9000, tick],
      ]).actions,
    ).toEqual(["0 launch", "20 gone"]);
  });

  test("never starts more often than its limit allows, whenever it ends", () => {
    const delays = fc.array(fc.integer({ min: 0, max: 4000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(delays, fc.integer({ min: 0, max: 3000 }), (runs, restartDelayMs) => {
        let [state, now]: [UnitState, Instant] = [newUnit({ ...unit, restartDelayMs }), 0];
        const launched: Instant[] = [];
        const feed = (event: UnitEvent | Tick) => {
          const step = unitLoop.step(state, event, now);
          state = step.state;
          for (const { kind } of step.actions) if (kind === "launch") launched.push(now);
        };
        feed(start);
        for (const run of runs) {
          if (state.phase !== "active") break;
          now += run;
          feed(ended(1));
          now = unitLoop.nextWake(state) ?? now;
          feed(tick);
        }
        // Two intervals that follow each other can both be full; no six starts are in one that begins with the first.
        const { burst, intervalMs } = unit.startLimit;
        const densest = launched.filter((at) => at - launched[0]! < intervalMs).length;
        expect(densest).toBeLessThanOrEqual(burst);
      }),
    );
  });
});
