import { describe, expect, test } from "vitest";
import type { ReplicaSample } from "./metrics.ts";
import {
  type PodAutoscaler,
  type PodAutoscalerState,
  initialPodAutoscaler,
  syncPods,
} from "./pod-autoscaler.ts";
import { podReplicas } from "./pod-replicas.ts";

const MINUTE = 60_000;
const doubling = { kind: "percent", value: 100, periodMs: 15_000 } as const;

const autoscaler: PodAutoscaler = {
  kind: "pod-autoscaler",
  metrics: [{ metric: "cpu", target: 50 }],
  syncMs: 15_000,
  tolerance: 0.1,
  cpuInitialisationMs: 5 * MINUTE,
  initialReadinessMs: 30_000,
  windowMs: 15_000,
  up: { stabilisationMs: 0, policies: [{ kind: "pods", value: 4, periodMs: 15_000 }, doubling] },
  down: { stabilisationMs: 5 * MINUTE, policies: [doubling] },
};

const NOW = 60 * MINUTE;

/** A pod that has long been ready. */
function pod(figures: Partial<ReplicaSample["figures"]>, change: Partial<ReplicaSample> = {}): ReplicaSample {
  const none = { cpu: null, memory: null, "requests-per-target": null };
  return {
    id: "api-1",
    ready: true,
    startedAt: 0,
    readyChangedAt: 1000,
    ...change,
    figures: { ...none, ...figures },
  };
}

const busy = (cpu: number, count: number) => Array.from({ length: count }, () => pod({ cpu }));
const starting = pod({ cpu: 300 }, { ready: false, startedAt: NOW - 10_000, readyChangedAt: null });

function wanted(pods: readonly ReplicaSample[], target = 50, metric: "cpu" | "requests-per-target" = "cpu") {
  return podReplicas({ metric, target }, pods, pods.length, autoscaler, NOW)?.desired;
}

describe("one metric", () => {
  test("asks for the current number times its ratio, rounded up", () => {
    expect(wanted(busy(100, 3))).toBe(6);
    expect(wanted(busy(25, 4))).toBe(2);
    expect(wanted(busy(60, 4))).toBe(5);
    expect(wanted([])).toBeUndefined();
  });

  test("asks for no change within the tolerance", () => {
    expect([45, 50, 55].map((cpu) => wanted(busy(cpu, 10)))).toEqual([10, 10, 10]);
    expect([44.9, 55.1].map((cpu) => wanted(busy(cpu, 10)))).toEqual([9, 12]);
  });

  test("counts a missing figure as 0 % where it would scale up, as 100 % where it would scale down", () => {
    const missing = pod({});
    expect(wanted([...busy(100, 2), missing])).toBe(4);
    expect(wanted([...busy(10, 9), missing])).toBe(4);
    // 100 % for the missing ones would turn the direction around.
    expect(wanted([...busy(40, 2), missing])).toBe(3);
    expect(wanted([...busy(70, 2), missing])).toBe(3);
    expect(wanted([missing, missing])).toBeUndefined();
    const requests = Array.from({ length: 3 }, () => pod({ "requests-per-target": 100 }));
    expect(wanted([...requests, missing], 400, "requests-per-target")).toBe(2);
  });

  test("sets pods aside that are not ready yet, and counts them as 0 % where it would scale up", () => {
    expect(wanted([...busy(100, 2), starting])).toBe(4);
    expect(wanted([...busy(75, 2), starting])).toBe(3);
    expect(wanted([...busy(25, 4), starting])).toBe(2);
    expect(wanted([starting])).toBeUndefined();
    // What was ready and is no more goes on counting: its processors are busy with requests.
    const overloaded = pod({ cpu: 100 }, { ready: false, readyChangedAt: NOW - MINUTE });
    expect(wanted([...busy(100, 2), overloaded])).toBe(6);
    // One that never was ready is set aside for good, and one that has just become ready until its figure is of that time.
    const never = pod({ cpu: 300 }, { ready: false, readyChangedAt: null });
    const fresh = pod({ cpu: 300 }, { startedAt: NOW - MINUTE, readyChangedAt: NOW - 10_000 });
    expect([never, fresh].map((each) => wanted([...busy(75, 2), each]))).toEqual([3, 3]);
  });
});

/** Syncs every 15 s with this load for each pod, and lists the numbers. */
function play(
  loads: readonly (number | ((current: number) => readonly ReplicaSample[]))[],
  { from = 2, min = 1, max = 20, settings = autoscaler } = {},
) {
  let state: PodAutoscalerState = initialPodAutoscaler(settings, from, NOW - 15_000);
  let current = from;
  return loads.map((load, index) => {
    const pods = typeof load === "number" ? busy(load, current) : load(current);
    const sync = syncPods(settings, state, pods, { current, min, max }, NOW + index * 15_000);
    ({ state, desired: current } = sync);
    return current;
  });
}

const times = (count: number, load: number) => Array.from({ length: count }, () => load);

const both = (cpu: number, memory: number | null) => (current: number) =>
  Array.from({ length: current }, () => pod({ cpu, memory }));

describe("the autoscaler", () => {
  test("goes up at once, by 4 pods or 100 % every 15 s, whichever is more", () => {
    expect(play([500, 500, 500, 50])).toEqual([6, 12, 20, 20]);
    expect(play([500, 500], { from: 8 })).toEqual([16, 20]);
  });

  test("goes down to the most that was asked for within five minutes", () => {
    const numbers = play([100, ...times(25, 10)], { from: 4, min: 2 });
    // At 8 from the first round; 5 minutes later that is forgotten.
    expect(numbers.slice(0, 20)).toEqual(times(20, 8));
    expect(numbers.slice(20)).toEqual(times(6, 2));
  });

  test("does not go down before it has looked for five minutes", () => {
    const numbers = play(times(21, 10), { from: 10 });
    expect(numbers.indexOf(2)).toBe(19);
    expect(numbers.slice(0, 19)).toEqual(times(19, 10));
  });

  test("goes up to the least that was asked for within its window, where it has one", () => {
    const settings = { ...autoscaler, up: { ...autoscaler.up, stabilisationMs: 30_000 } };
    expect(play([100, 100, 50, 100, 100, 100], { from: 2, settings })).toEqual([2, 4, 4, 4, 8, 8]);
  });

  test("takes the largest of several metrics, and does not go down while one is missing", () => {
    const settings = {
      ...autoscaler,
      metrics: [...autoscaler.metrics, { metric: "memory" as const, target: 80 }],
    };
    expect(play([both(25, 160)], { settings })).toEqual([4]);
    expect(play([both(100, null)], { settings })).toEqual([4]);
    const down = Array.from({ length: 22 }, () => both(10, null));
    expect(play(down, { from: 4, settings })).toEqual(times(22, 4));
  });

  test("is switched off where there are no pods", () => {
    expect(play([100], { from: 0 })).toEqual([0]);
  });
});
