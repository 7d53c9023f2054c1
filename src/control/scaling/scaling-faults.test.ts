import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs, schedules } from "../testing/schedules.ts";
import { simulate } from "../testing/simulation.ts";
import type { AlarmPolicy } from "./arbiter.ts";
import type { PodAutoscaler } from "./pod-autoscaler.ts";
import type { Autoscaler, ScalingSettings } from "./scaling-settings.ts";
import { type ScalingState, initialScaling } from "./scaling-state.ts";
import { scalingLoop } from "./scaling.ts";
import { type ScalingPromises, ScalingWorld, scalingFaults } from "./testing/scaling-world.ts";

const TARGET = 70;
const PERIOD_MS = 1000;
/** No fault after this; the rest of a schedule is for coming to rest. */
const DISTURBED_MS = 20_000;
const END_MS = 100_000;

const cooldowns = fc
  .tuple(fc.nat(3000), fc.integer({ min: 1, max: 4000 }))
  .map(([out, back]) => ({ out, in: back }));

const tracking = cooldowns.map((cooldownMs): AlarmPolicy[] => [
  { kind: "target-tracking", metric: "cpu", target: TARGET, periodMs: PERIOD_MS, cooldownMs },
  { kind: "target-tracking", metric: "memory", target: 80, periodMs: PERIOD_MS, cooldownMs },
]);

const steps = cooldowns.map((cooldownMs): AlarmPolicy[] =>
  [
    { when: "above", threshold: TARGET, change: 1, cooldown: cooldownMs.out },
    { when: "below", threshold: 20, change: -1, cooldown: cooldownMs.in },
  ].map(({ when, threshold, change, cooldown }) => ({
    kind: "step",
    metric: "cpu",
    alarm: { when: when as "above" | "below", threshold, periods: 2, datapoints: 2 },
    periodMs: PERIOD_MS,
    adjustments: [{ lower: null, upper: null, change }],
    cooldownMs: cooldown,
  })),
);

const doubling = { kind: "percent", value: 100, periodMs: PERIOD_MS } as const;
const pods = cooldowns.map(({ in: window }): PodAutoscaler => ({
  kind: "pod-autoscaler",
  metrics: [{ metric: "cpu", target: TARGET }],
  syncMs: PERIOD_MS,
  tolerance: 0.1,
  cpuInitialisationMs: 5000,
  initialReadinessMs: 1000,
  windowMs: PERIOD_MS,
  up: { stabilisationMs: 0, policies: [{ kind: "pods", value: 4, periodMs: PERIOD_MS }, doubling] },
  down: { stabilisationMs: window, policies: [doubling] },
}));

const alarms = fc
  .oneof(
    tracking,
    steps,
    fc.tuple(tracking, steps).map((both) => both.flat()),
  )
  .map((policies): Autoscaler => ({ kind: "alarms", policies }));

function services(autoscalers: fc.Arbitrary<Autoscaler>): fc.Arbitrary<ScalingState> {
  return fc
    .record({
      autoscaler: autoscalers,
      min: fc.integer({ min: 1, max: 3 }),
      more: fc.nat(9),
      desired: fc.nat(12),
    })
    .map(({ autoscaler, min, more, desired }) => {
      const settings: ScalingSettings = { bounds: { min, max: min + more }, autoscaler, schedules: [] };
      return initialScaling("api", settings, { desired: Math.max(1, desired), room: null });
    });
}

/** What the world holds against a controller: the shortest waits that any of its policies has. */
function promisesOf({ settings: { autoscaler } }: ScalingState): ScalingPromises {
  if (autoscaler.kind === "pod-autoscaler")
    return { out: autoscaler.down.stabilisationMs, in: 0, pausesForDeployments: false };
  const of = (direction: "out" | "in") =>
    autoscaler.policies.map((policy) =>
      policy.kind === "step" ? policy.cooldownMs : policy.cooldownMs[direction],
    );
  return { out: Math.min(...of("out")), in: Math.min(...of("in")), pausesForDeployments: true };
}

const faults = schedules(scalingFaults, DISTURBED_MS);

function alwaysSteady(loop: typeof scalingLoop, autoscalers: fc.Arbitrary<Autoscaler>) {
  return fc.property(services(autoscalers), faults, fc.nat(8), (initial, schedule, load) => {
    const world = new ScalingWorld(initial, promisesOf(initial), schedule, load);
    world.checkSteady(simulate(loop, initial, world, END_MS), TARGET);
  });
}

describe("whatever the metrics do, a service that is scaled", () => {
  test("by alarms stays within its bounds, does not swing within the cooldowns, and comes to rest", () => {
    fc.assert(alwaysSteady(scalingLoop, alarms), runs(80));
  });

  test("by the autoscaler of pods does so too", () => {
    fc.assert(alwaysSteady(scalingLoop, pods), runs(60));
  });
});

type Step = typeof scalingLoop.step;

const forgetsCooldowns: Step = (state, event, now) =>
  scalingLoop.step({ ...state, cooldowns: { out: null, in: null } }, event, now);

const forgetsWhatWasAsked: Step = (state, event, now) =>
  scalingLoop.step({ ...state, pods: state.pods && { ...state.pods, asked: [] } }, event, now);

const forgetsBounds: Step = (state, event, now) => {
  const { bounds } = state;
  const step = scalingLoop.step({ ...state, bounds: { min: 0, max: 100 } }, event, now);
  return { ...step, state: { ...step.state, bounds } };
};

const neverScalesOut: Step = (state, event, now) => {
  const step = scalingLoop.step(state, event, now);
  const isOut = step.state.desired > state.desired && event.kind !== "resized";
  return isOut ? { state: { ...step.state, desired: state.desired }, actions: [] } : step;
};

describe("the harness finds a controller that", () => {
  const planted: readonly (readonly [string, Step, fc.Arbitrary<Autoscaler>, RegExp])[] = [
    ["forgets its cooldowns", forgetsCooldowns, alarms, /In at/],
    ["forgets what was asked for", forgetsWhatWasAsked, pods, /In at/],
    ["forgets its bounds", forgetsBounds, alarms, /not within/],
    ["never scales out", neverScalesOut, alarms, /busy|not within/],
  ];
  test.each(planted)("%s", (_name, step, autoscalers, violation) => {
    const { errorInstance } = fc.check(alwaysSteady({ ...scalingLoop, step }, autoscalers), {
      ...runs(200),
      endOnFailure: true,
    });
    expect(String(errorInstance)).toMatch(violation);
  });
});
