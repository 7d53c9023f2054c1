import { expect, it } from "vitest";
import type { LoadResult } from "./generator.ts";
import { limitsOf } from "./limits.ts";

const times = (p99: number) => ({ p50: p99, p90: p99, p95: p99, p99, p999: p99, max: p99 });
const GOOD = { lag: times(1.2), latency: times(8), cpuShare: 0.3, waited: 0, asked: 1000 } as LoadResult;

it("of a generator that was in time is none", () => {
  expect(limitsOf(GOOD, 32)).toEqual([]);
  // A late millisecond says nothing, nor does one in a hundred of what took a second anyway.
  expect(limitsOf({ ...GOOD, lag: times(9), latency: times(1000) }, 32)).toEqual([]);
});

it.each([
  ["late", { lag: times(6) }, "was late: 6.0 ms"],
  ["busy", { cpuShare: 0.9 }, "90 % of a processor"],
  ["short of connections", { waited: 100 }, "100 of 1000 requests waited"],
])("of one that was %s says so", (_, change, words) => {
  expect(limitsOf({ ...GOOD, ...change }, 32)).toEqual([expect.stringContaining(words)]);
});
