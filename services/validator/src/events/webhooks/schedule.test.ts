import fc from "fast-check";
import { expect, test } from "vitest";

import { readRetryAfter, retryDelay } from "./schedule.ts";

const whole = () => 1;
const HOURS = 3_600_000;

test("waits longer after each failure, and never longer than six hours", () => {
  const retry = 5000;
  expect([1, 2, 3, 4].map((failures) => retryDelay(failures, { retry }, whole))).toEqual([
    5000, 20_000, 80_000, 320_000,
  ]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1e9 }), (failures, given) => {
      const delay = retryDelay(failures, { retry: given });
      expect(delay).toBeGreaterThan(0);
      expect(delay).toBeLessThanOrEqual(6 * HOURS);
    }),
  );
});

test("heeds what the receiver asks for", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  expect(readRetryAfter("120", now)).toBe(120_000);
  expect(readRetryAfter("Sat, 21 Nov 2026 12:01:00 GMT", now)).toBe(60_000);
  expect(readRetryAfter("Sat, 21 Nov 2020 12:01:00 GMT", now)).toBe(0);
  expect(readRetryAfter("soon", now)).toBeUndefined();
  expect(readRetryAfter(undefined, now)).toBeUndefined();
  expect(retryDelay(1, { retry: 10, retryAfter: 120_000 })).toBe(120_000);
  expect(retryDelay(1, { retry: 10, retryAfter: 1e12 })).toBe(6 * HOURS);
});
