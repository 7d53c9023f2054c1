import { expect, it } from "vitest";
import { calmFrom } from "./traffic-spike.ts";

const seconds = (...p95s: readonly number[]) =>
  p95s.map((p95, index) => ({
    second: index + 1,
    succeeded: p95 === 0 ? 0 : 10,
    latency: { p50: p95, p90: p95, p95, p99: p95, p999: p95, max: p95 },
  }));

it("latency is back with the first of three calm seconds", () => {
  expect(calmFrom(seconds(9, 10, 8, 50), 5)).toBe(0);
  expect(calmFrom(seconds(50, 60, 9, 11, 9, 9, 9), 5)).toBe(4000);
  expect(calmFrom(seconds(50, 9, 9), 5)).toBeNull();
  // A second in which nobody was answered is not calm.
  expect(calmFrom(seconds(9, 9, 0, 9), 5)).toBeNull();
});
