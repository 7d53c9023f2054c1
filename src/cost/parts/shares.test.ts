import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_MS } from "../month.ts";
import { sharesByClass } from "./buckets.ts";
import { ruleCount } from "./entry.ts";
import { splitOf } from "./fargate.ts";

test("tasks go to a provider's base first, and the rest by weight", () => {
  const capacity = [
    { provider: "FARGATE", base: 2, weight: 1 },
    { provider: "FARGATE_SPOT", base: 0, weight: 3 },
  ] as const;
  expect([...splitOf({ capacity }, 6)]).toEqual([
    ["FARGATE", 3],
    ["FARGATE_SPOT", 3],
  ]);
  expect([...splitOf({ capacity }, 1)]).toEqual([["FARGATE", 1]]);
});

test("every task runs somewhere", () => {
  const count = fc.integer({ min: 0, max: 20 });
  fc.assert(
    fc.property(count, count, fc.integer({ min: 1, max: 9 }), (tasks, base, weight) => {
      const capacity = [
        { provider: "FARGATE", base, weight: 1 },
        { provider: "FARGATE_SPOT", base: 0, weight },
      ] as const;
      const placed = [...splitOf({ capacity }, tasks).values()].reduce((sum, each) => sum + each, 0);
      expect(placed).toBeCloseTo(tasks, 9);
    }),
  );
});

test("what is in a bucket moves through its classes with age", () => {
  const lifecycle = [
    { after: 30 * DAY_MS, to: "standard-ia" },
    { after: 90 * DAY_MS, to: "glacier" },
  ] as const;
  const shares = sharesByClass({ lifecycle, expireAfter: 300 * DAY_MS });
  expect(shares.get("standard")).toBeCloseTo(0.1, 9);
  expect(shares.get("standard-ia")).toBeCloseTo(0.2, 9);
  expect(shares.get("glacier")).toBeCloseTo(0.7, 9);
  // What is deleted before it would move never gets there.
  expect([...sharesByClass({ lifecycle, expireAfter: 20 * DAY_MS })]).toEqual([["standard", 1]]);
});

test("rules that are the same group of AWS's are billed once", () => {
  const waf = { protects: ["cdn" as const], rateLimit: { requests: 2000, window: 300_000 }, geo: undefined };
  expect(ruleCount({ ...waf, managed: ["owasp-top-10", "cross-site-scripting", "sql-injection"] })).toBe(3);
});
