import { describe, expect, test } from "vitest";
import { smallWith } from "#model/testing/small.ts";
import { resolve } from "#model/resolve.ts";
import type { Instant, Tick } from "../controller.ts";
import type { ReplicaSample } from "./metrics.ts";
import { policiesLeftOut, type ScalingSettings, scalingSettings } from "./scaling-settings.ts";
import { type ScalingEvent, type ScalingState, initialScaling, metricViews } from "./scaling-state.ts";
import { scalingLoop } from "./scaling.ts";
import { DOCUMENTED_TIMING } from "./timing.ts";

const MINUTE = 60_000;
/** A Friday, 2026-11-20, 19:58 UTC. */
const FRIDAY_EVENING = Date.UTC(2026, 10, 20, 19, 58);

const tracking = { kind: "target-tracking", metric: "cpu", target: 70, cooldown: { out: "60s", in: "300s" } };
const evening = { kind: "scheduled", name: "evening", cron: "0 20 ? * MON-FRI *", min: 1, max: 1 };
const morning = { kind: "scheduled", name: "morning", cron: "0 7 ? * MON-FRI *", min: 2, max: 6 };
const EKS = {
  kind: "eks",
  version: "1.33",
  nodeGroups: { main: { instanceTypes: ["t3.medium"], min: 1, desired: 1, max: 3 } },
};

function serviceWith(scaling: readonly object[], compute?: object) {
  const changed = smallWith({ services: { api: { scaling } } });
  const architecture = resolve({ ...changed, ...(compute ? { compute } : {}) }, "production");
  const { api } = architecture.services;
  if (!api || api.kind === "job") throw new Error("api has replicas.");
  return { api, kind: architecture.compute.kind };
}

function settingsOf(scaling: readonly object[], compute?: object): ScalingSettings {
  const { api, kind } = serviceWith(scaling, compute);
  const settings = scalingSettings(api, kind, DOCUMENTED_TIMING);
  if (settings === null) throw new Error("No policy applies.");
  return settings;
}

function sample(now: Instant, cpu: number | null, count: number): ScalingEvent {
  const replica = (_: unknown, index: number): ReplicaSample => ({
    id: `api-${index + 1}`,
    ready: true,
    startedAt: 0,
    readyChangedAt: 0,
    figures: { cpu, memory: null, "requests-per-target": null },
  });
  return {
    kind: "sample",
    replicas: Array.from({ length: count }, replica),
    deploying: false,
    time: FRIDAY_EVENING + now,
  };
}

/** Feeds events in order with the ticks that the loop asks for, and lists the actions as "minute action". */
function play(start: ScalingState, script: readonly (readonly [Instant, ScalingEvent | Tick])[]) {
  let state = start;
  const actions: string[] = [];
  const feed = (now: Instant, event: ScalingEvent | Tick) => {
    const step = scalingLoop.step(state, event, now);
    ({ state } = step);
    for (const action of step.actions) {
      const what = action.kind === "scale" ? `${action.from} to ${action.desired}: ${action.cause}` : "";
      actions.push(
        `${now / MINUTE} ${what || `${action.kind} by ${"schedule" in action && action.schedule}`}`,
      );
    }
  };
  for (const [now, event] of [[0, { kind: "tick" }] as const, ...script]) {
    for (
      let wake = scalingLoop.nextWake(state);
      wake !== null && wake < now;
      wake = scalingLoop.nextWake(state)
    )
      feed(wake, { kind: "tick" });
    feed(now, event);
  }
  return { state, actions };
}

/** A sample every half minute, from the first minute on. */
function load(cpus: readonly (number | null)[], count = 2): (readonly [Instant, ScalingEvent])[] {
  return cpus.flatMap((cpu, minute) =>
    [0.25, 0.75].map((part) => {
      const now = (minute + part) * MINUTE;
      return [now, sample(now, cpu, count)] as const;
    }),
  );
}

const initial = (settings: ScalingSettings, desired = 2, room: number | null = null) =>
  initialScaling("api", settings, { desired, room });

describe("policies by compute", () => {
  const step = { kind: "step", metric: "cpu", when: "above", threshold: 80, periods: 2, change: 1 };
  const predictive = { kind: "predictive", metric: "cpu", target: 70 };

  test("ECS has target tracking, steps and schedules; EKS one autoscaler of pods, and schedules", () => {
    const all = [tracking, step, evening, predictive];
    expect(settingsOf(all)).toMatchObject({
      bounds: { min: 2, max: 6 },
      autoscaler: { kind: "alarms", policies: [{ kind: "target-tracking" }, { kind: "step" }] },
      schedules: [{ name: "evening" }],
    });
    expect(settingsOf(all, EKS)).toMatchObject({
      autoscaler: {
        kind: "pod-autoscaler",
        metrics: [{ metric: "cpu", target: 70 }],
        up: { stabilisationMs: 60_000 },
        down: { stabilisationMs: 300_000 },
      },
      schedules: [{ name: "evening" }],
    });
  });

  test("what nothing carries out is named", () => {
    const { api } = serviceWith([step, predictive]);
    expect(policiesLeftOut(api, "ecs-fargate")).toEqual(["predictive"]);
    expect(policiesLeftOut(api, "eks")).toEqual(["step", "predictive"]);
    expect(scalingSettings(api, "eks", DOCUMENTED_TIMING)).toBeNull();
  });
});

describe("a service that is scaled", () => {
  test("goes out after three minutes, and again when the cooldown is over", () => {
    const { state, actions } = play(initial(settingsOf([tracking])), [
      ...load([95, 95, 95, 95, 95]),
      [5 * MINUTE, { kind: "tick" }],
    ]);
    expect(actions).toEqual([
      "3 2 to 3: cpu 95 % of 70 %",
      "4 3 to 5: cpu 95 % of 70 %",
      "5 5 to 6: cpu 95 % of 70 %",
    ]);
    expect(state.lastActivity).toEqual({ at: 5 * MINUTE, from: 5, to: 6, cause: "cpu 95 % of 70 %" });
    expect(metricViews(state)).toEqual([{ metric: "cpu", value: 95, target: 70, above: null, below: null }]);
  });

  test("stands still where there are no figures", () => {
    const { actions, state } = play(
      initial(settingsOf([tracking])),
      load(Array.from({ length: 20 }, () => null)),
    );
    expect(actions).toEqual([]);
    expect(metricViews(state)).toMatchObject([{ value: null }]);
  });

  test("goes no further than there is room for, and comes back where there is less", () => {
    const { actions } = play(initial(settingsOf([tracking]), 2, 3), [
      ...load([95, 95, 95, 95, 95, 95]),
      [6 * MINUTE, { kind: "room", most: 2 }],
    ]);
    expect(actions).toEqual(["3 2 to 3: cpu 95 % of 70 %", "6 3 to 2: there is room for 2"]);
  });

  test("is brought back where something else has scaled it beyond its bounds", () => {
    const { actions } = play(initial(settingsOf([tracking])), [
      [0, { kind: "resized", desired: 9 }],
      [1, { kind: "resized", desired: 1 }],
      [2, { kind: "resized", desired: 4 }],
    ]);
    expect(actions.map((action) => action.split(" ").slice(1).join(" "))).toEqual([
      "9 to 6: at most 6",
      "1 to 2: at least 2",
    ]);
  });

  test("goes by other policies from the next data point on, with the points that there are", () => {
    const other = settingsOf([{ ...tracking, target: 50 }]);
    const { actions } = play(initial(settingsOf([tracking])), [
      ...load([60, 60, 60]),
      [2.9 * MINUTE, { kind: "configure", settings: other }],
      ...load([60, 60, 60, 60]).slice(6),
    ]);
    expect(actions).toEqual(["3 2 to 3: cpu 60 % of 50 %"]);
  });
});

describe("scheduled actions", () => {
  const settings = settingsOf([tracking, evening, morning]);

  test("set the bounds at their time, and the number follows", () => {
    const { state, actions } = play(initial(settings, 4), [
      [0, sample(0, 50, 4)],
      [3 * MINUTE, { kind: "tick" }],
      [72 * 60 * MINUTE, { kind: "tick" }],
    ]);
    expect(actions).toEqual([
      "2 bounds by evening",
      "2 4 to 1: at most 1 by the schedule evening",
      // Monday, 07:00
      `${59 * 60 + 2} bounds by morning`,
      `${59 * 60 + 2} 1 to 2: at least 2 by the schedule morning`,
    ]);
    expect(state).toMatchObject({ bounds: { min: 2, max: 6 }, boundsBy: "morning" });
  });

  test("switch a service off and on again, also where the autoscaler of pods has nothing to go by", () => {
    const off = { ...evening, min: 0, max: 0 };
    const { actions } = play(initial(settingsOf([tracking, off, morning], EKS), 3), [
      [0, sample(0, 50, 3)],
      [60 * 60 * MINUTE, { kind: "tick" }],
    ]);
    expect(actions.filter((action) => action.includes(" to "))).toEqual([
      "2 3 to 0: at most 0 by the schedule evening",
      `${59 * 60 + 2} 0 to 2: at least 2 by the schedule morning`,
    ]);
  });

  test("that were due while the machine slept: the last counts", () => {
    const start = play(initial(settings, 4), [[0, sample(0, 50, 4)]]).state;
    const { actions, state } = scalingLoop.step(start, { kind: "tick" }, 100 * 60 * MINUTE);
    expect(actions.map((action) => action.kind === "bounds" && action.schedule)).toEqual(["evening", false]);
    expect(state).toMatchObject({ bounds: { min: 1, max: 1 }, desired: 1 });
  });

  test("hold until the architecture declares other bounds or schedules", () => {
    const held = play(initial(settings, 4), [
      [0, sample(0, 50, 4)],
      [3 * MINUTE, { kind: "tick" }],
    ]).state;
    const same = scalingLoop.step(
      held,
      { kind: "configure", settings: structuredClone(settings) },
      4 * MINUTE,
    );
    expect(same.state.bounds).toEqual({ min: 1, max: 1 });
    const other = settingsOf([tracking, morning]);
    const changed = scalingLoop.step(held, { kind: "configure", settings: other }, 4 * MINUTE);
    expect(changed.state).toMatchObject({ bounds: { min: 2, max: 6 }, desired: 2 });
  });
});
