import { expect, test } from "vitest";
import type { ScalingStatus } from "#twin/status.ts";
import { scalingRows } from "./scaling-view.ts";

const now = new Date("2026-11-20T20:00:00Z");

const tracked: ScalingStatus = {
  service: "api",
  by: "policies",
  desired: 4,
  min: 2,
  max: 6,
  declaredMax: 6,
  boundsBy: null,
  metrics: [
    { metric: "cpu", value: 64.6, target: 70, above: null, below: null },
    { metric: "memory", value: null, target: 80, above: null, below: null },
  ],
  lastActivity: { at: "2026-11-20T19:59:48Z", from: 2, to: 4, cause: "cpu 93 % of 70 %" },
  nextSchedule: null,
};

test("a service's scaling in a row", () => {
  const stepped: ScalingStatus = {
    ...tracked,
    boundsBy: "evening",
    metrics: [
      { metric: "cpu", value: 12, target: null, above: 80, below: null },
      { metric: "cpu", value: 12, target: null, above: null, below: 20 },
    ],
    lastActivity: null,
  };
  expect(scalingRows([tracked, stepped], now)).toEqual([
    [
      "api",
      "4 of 2 to 6",
      "cpu 65 % of 70 %, memory not known yet of 80 %",
      "2 to 4 12s ago: cpu 93 % of 70 %",
    ],
    ["api", "4 of 2 to 6 (evening)", "cpu 12 %, acts above 80 %, cpu 12 %, acts below 20 %", ""],
  ]);
});
