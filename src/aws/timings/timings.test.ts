import { describe, expect, test } from "vitest";
import { normalQuantile, quantile } from "./distribution.ts";
import { TIMINGS } from "./timings.ts";

describe.for(Object.entries(TIMINGS))("%s", ([, { value, page, asOf, says }]) => {
  test("has a page, a date and words of its own", () => {
    expect(page).toMatch(/^https:\/\/\S+$/);
    expect(asOf).toMatch(/^20\d\d-[01]\d(-[0-3]\d)?$/);
    expect(says.length).toBeGreaterThan(30);
  });

  test("takes longer the later its share, and never less than nothing", () => {
    const times = [0.01, 0.25, 0.5, 0.75, 0.99].map((share) => quantile(value, share));
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(times[0]).toBeGreaterThanOrEqual(0);
  });
});

test("a lognormal time has the median and the 99th percentile that it is given", () => {
  const value = { kind: "lognormal", median: 1000, p99: 5000 } as const;
  expect(quantile(value, 0.5)).toBeCloseTo(1000, 3);
  expect(quantile(value, 0.99)).toBeCloseTo(5000, 3);
});

test("the normal distribution's quantiles are those of the tables", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959_963_985, 6);
  expect(normalQuantile(0.001)).toBeCloseTo(-3.090_232_306, 6);
  expect(normalQuantile(0.5)).toBeCloseTo(0, 9);
});
