import fc from "fast-check";
import { expect, test } from "vitest";
import { averageReplicas, type Replicated } from "./replicas.ts";

type Policy = Replicated["scaling"][number];

const scheduled = (name: string, cron: string, min: number, max: number): Policy => ({
  kind: "scheduled",
  name,
  cron,
  at: undefined,
  rate: undefined,
  timeZone: "UTC",
  min,
  max,
});
const average = (...scaling: Policy[]) =>
  averageReplicas({ replicas: { min: 2, desired: 2, max: 6 }, scaling }).replicas;

/** Six replicas for the first half of the days that are meant. */
const byDay = (days: string, dayOfWeek: string) =>
  average(
    scheduled("up", `0 0 ${days} * ${dayOfWeek} *`, 6, 6),
    scheduled("down", `0 12 ${days} * ${dayOfWeek} *`, 2, 2),
  );
const halfDays = (count: number) => 2 + (4 * count) / (2 * 365);

test("without a schedule the desired number runs", () => {
  expect(averageReplicas({ replicas: { min: 1, desired: 4, max: 9 }, scaling: [] })).toEqual({
    replicas: 4,
    says: null,
  });
});

test("nights and weekends have fewer", () => {
  const evening = scheduled("evening", "0 20 ? * MON-FRI *", 1, 1);
  const morning = scheduled("morning", "0 7 ? * MON-FRI *", 2, 6);
  // From Monday to Friday two replicas for 13 of 24 hours, else one.
  const inAWeek = (5 * 13 * 2 + (7 * 24 - 5 * 13)) / (7 * 24);
  expect(average(evening, morning)).toBeCloseTo(inAWeek, 1);
});

test("each kind of day is understood", () => {
  expect(byDay("1,15", "?")).toBeCloseTo(halfDays(24), 6);
  expect(byDay("L", "?")).toBeCloseTo(halfDays(12), 6);
  expect(byDay("LW", "?")).toBeCloseTo(halfDays(12), 6);
  expect(byDay("15W", "?")).toBeCloseTo(halfDays(12), 6);
  expect(byDay("?", "6L")).toBeCloseTo(halfDays(12), 6);
  expect(byDay("?", "MON#1")).toBeCloseTo(halfDays(12), 6);
});

test("the average stays between the bounds of what is scheduled", () => {
  const hour = fc.integer({ min: 0, max: 23 });
  fc.assert(
    fc.property(
      hour,
      hour,
      fc.integer({ min: 0, max: 8 }),
      fc.integer({ min: 0, max: 8 }),
      (a, b, low, high) => {
        const result = average(
          scheduled("one", `0 ${a} ? * * *`, low, low),
          scheduled("other", `30 ${b} ? * * *`, high, high),
        );
        expect(result).toBeGreaterThanOrEqual(Math.min(low, high) - 1e-9);
        expect(result).toBeLessThanOrEqual(Math.max(low, high) + 1e-9);
      },
    ),
    { numRuns: 30 },
  );
});
