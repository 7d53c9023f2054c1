import { describe, expect, test } from "vitest";
import { type AlarmPolicy, NO_COOLDOWNS, type Situation, arbitrate } from "./arbiter.ts";
import type { ScalingMetric } from "./metrics.ts";
import type { StepScaling } from "./step-scaling.ts";
import type { TargetTracking } from "./target-tracking.ts";

const cpu: TargetTracking = {
  kind: "target-tracking",
  metric: "cpu",
  target: 70,
  periodMs: 60_000,
  cooldownMs: { out: 60_000, in: 300_000 },
};
const memory: TargetTracking = { ...cpu, metric: "memory", target: 80 };

/** CPU > 80 % for two periods of a minute: one more; < 20 %: one fewer; five minutes of cooldown. */
function step(when: "above" | "below", threshold: number, change: number): StepScaling {
  return {
    kind: "step",
    metric: "cpu",
    alarm: { when, threshold, periods: 2, datapoints: 2 },
    periodMs: 60_000,
    adjustments: [{ lower: null, upper: null, change }],
    cooldownMs: 300_000,
  };
}
const steps = [step("above", 80, 1), step("below", 20, -1)];

function decide(
  policies: readonly AlarmPolicy[],
  points: Partial<Record<ScalingMetric, readonly (number | null)[]>>,
  situation: Partial<Situation> = {},
  now = 1_000_000,
) {
  const usual = { capacity: 4, min: 1, max: 10, cooldowns: NO_COOLDOWNS, deploying: false };
  return arbitrate(policies, ({ metric }) => points[metric] ?? [], { ...usual, ...situation }, now);
}

const quiet = (value: number) => Array.from({ length: 15 }, () => value);

describe("target tracking", () => {
  test("scales out after three points above the target, proportionally and rounded up", () => {
    expect(decide([cpu], { cpu: [93, 93] })).toBeNull();
    expect(decide([cpu], { cpu: [93, 93, 70] })).toBeNull();
    expect(decide([cpu], { cpu: [75, 80, 93] })).toMatchObject({ desired: 6, cause: "cpu 93 % of 70 %" });
    expect(decide([cpu], { cpu: [75, 80, 93] }, { max: 5 })).toMatchObject({ desired: 5 });
  });

  test("scales in after fifteen points below nine tenths of the target, gradually", () => {
    expect(decide([cpu], { cpu: quiet(10).slice(1) })).toBeNull();
    expect(decide([cpu], { cpu: quiet(63) })).toBeNull();
    expect(decide([cpu], { cpu: quiet(10) })).toMatchObject({ desired: 2, cause: "cpu 10 % of 70 %" });
    // At 60 % of a target of 70 %, the fourth replica is still needed.
    expect(decide([cpu], { cpu: quiet(60) })).toBeNull();
    // One of the fifteen was higher, and less is left over.
    expect(decide([cpu], { cpu: quiet(10).with(0, 50) })).toMatchObject({ desired: 3 });
    expect(decide([cpu], { cpu: quiet(0) }, { capacity: 2, min: 2 })).toBeNull();
  });

  test("does not scale where data is missing", () => {
    expect(decide([cpu], { cpu: [null, null, null] })).toBeNull();
    expect(decide([cpu], {})).toBeNull();
  });
});

describe("several policies", () => {
  test("scale out if one wants to, as far as the largest wish", () => {
    expect(decide([cpu, memory], { cpu: quiet(10), memory: quiet(100) })).toMatchObject({
      desired: 5,
      cause: "memory 100 % of 80 %",
    });
    expect(decide([cpu, memory], { cpu: quiet(100), memory: quiet(100) })).toMatchObject({ desired: 6 });
  });

  test("scale in only if all agree, and no further than the largest wish", () => {
    expect(decide([cpu, memory], { cpu: quiet(10), memory: quiet(75) })).toBeNull();
    expect(decide([cpu, memory], { cpu: quiet(10), memory: [null] })).toBeNull();
    expect(decide([cpu, memory], { cpu: quiet(10), memory: quiet(50) })).toMatchObject({ desired: 3 });
    // A policy of target tracking that is content keeps a step policy from taking away.
    expect(decide([...steps, memory], { cpu: quiet(10), memory: quiet(75) })).toBeNull();
  });
});

describe("cooldowns", () => {
  test("of a scale-out: only a larger wish raises further, counted from before", () => {
    const first = decide([cpu], { cpu: quiet(93) });
    expect(first).toMatchObject({ desired: 6, cooldowns: { out: { until: 1_060_000, base: 4 } } });
    const cooling = { capacity: 6, cooldowns: first?.cooldowns ?? NO_COOLDOWNS };
    expect(decide([cpu], { cpu: quiet(93) }, cooling, 1_059_999)).toBeNull();
    // 4 × 120 / 70 is 7: of three wanted, two are there already.
    expect(decide([cpu], { cpu: quiet(120) }, cooling, 1_059_999)).toMatchObject({ desired: 7 });
    expect(decide([cpu], { cpu: quiet(93) }, cooling, 1_060_000)).toMatchObject({ desired: 8 });
    expect(decide([cpu], { cpu: quiet(0) }, cooling, 1_059_999)).toBeNull();
  });

  test("of a scale-in: blocks the next one, and is ended by a scale-out", () => {
    const first = decide([cpu], { cpu: quiet(0) });
    expect(first).toMatchObject({ desired: 2, cooldowns: { in: { until: 1_300_000 } } });
    const cooling = { capacity: 2, cooldowns: first?.cooldowns ?? NO_COOLDOWNS };
    expect(decide([cpu], { cpu: quiet(0) }, cooling, 1_299_999)).toBeNull();
    expect(decide([cpu], { cpu: quiet(0) }, cooling, 1_300_000)).toMatchObject({ desired: 1 });
    expect(decide([cpu], { cpu: quiet(100) }, cooling, 1_000_001)).toMatchObject({
      desired: 3,
      cooldowns: { in: null },
    });
  });

  test("nothing scales in while a deployment replaces replicas", () => {
    expect(decide([cpu], { cpu: quiet(0) }, { deploying: true })).toBeNull();
    expect(decide([cpu], { cpu: quiet(93) }, { deploying: true })).toMatchObject({ desired: 6 });
  });
});

describe("step scaling", () => {
  test("adds or removes one after two points beyond the threshold", () => {
    expect(decide(steps, { cpu: [81] })).toBeNull();
    expect(decide(steps, { cpu: [81, 80] })).toBeNull();
    expect(decide(steps, { cpu: [81, 85] })).toMatchObject({ desired: 5, cause: "cpu 85 %, above 80 %" });
    expect(decide(steps, { cpu: [19, 10] })).toMatchObject({ desired: 3, cause: "cpu 10 %, below 20 %" });
    expect(decide(steps, { cpu: [50, 50] })).toBeNull();
    expect(decide(steps, { cpu: [19, 10] }, { min: 4 })).toBeNull();
  });

  test("goes by how far the metric is beyond the threshold", () => {
    // The lower bound belongs to a step, the upper one to the next.
    const policy: StepScaling = {
      ...step("above", 50, 1),
      adjustments: [
        { lower: 0, upper: 10, change: 1 },
        { lower: 10, upper: 20, change: 2 },
        { lower: 20, upper: null, change: 3 },
      ],
    };
    const wanted = [59, 60, 69, 70].map((value) => decide([policy], { cpu: [value, value] })?.desired);
    expect(wanted).toEqual([5, 6, 6, 7]);
  });

  test("a larger step during the cooldown adds what is still missing", () => {
    const more = { ...step("above", 90, 3), cooldownMs: 60_000 };
    const cooldowns = { out: { until: 1_060_000, base: 10 }, in: null };
    expect(decide([...steps, more], { cpu: [95, 95] }, { capacity: 12, max: 20, cooldowns })).toMatchObject({
      desired: 13,
    });
  });
});
