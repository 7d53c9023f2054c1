import { randomUUIDv7 } from "node:crypto";

import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { expect, test } from "vitest";

import { rule, ruleSet } from "../../test/rules.ts";
import { OUTCOMES } from "../transactions/reasons.ts";
import { Accumulation, type AccumulationState } from "./accumulation.ts";
import type { Comparison } from "./comparison.ts";
import { reportCsv } from "./csv.ts";
import { prefersCsv } from "./report-answer.ts";
import { reportOf } from "./report.ts";

const RULES = ["a", "b", "c"] as const;
const document = ruleSet([rule("c"), rule("a")]);
const about = {
  version: 3,
  hash: "0".repeat(64),
  document,
  from: new Date(0),
  to: new Date(1000),
  sample: 1,
};

const verdict = fc.record({
  outcome: fc.constantFrom(...OUTCOMES),
  score: fc.integer({ min: -3000, max: 3000 }),
  results: fc.uniqueArray(
    fc.record({ rule: fc.constantFrom(...RULES), result: fc.constantFrom("hit", "error", "snoozed") }),
    { selector: ({ rule }) => rule },
  ),
});
const comparisons: fc.Arbitrary<Comparison[]> = fc.array(
  fc.record({
    id: fc.uuid({ version: 7 }),
    amount: fc.bigInt(1n, 10n ** 18n - 1n),
    currency: fc.constantFrom("EUR", "USD"),
    decidedBy: fc.constantFrom(1, 2),
    was: verdict,
    wouldBe: verdict,
  }) as fc.Arbitrary<Comparison>,
  { maxLength: 60 },
);

const stored = (accumulation: Accumulation) => JSON.parse(JSON.stringify(accumulation)) as AccumulationState;

function reportOn(all: readonly Comparison[]) {
  const accumulation = new Accumulation();
  for (const one of all) accumulation.add(one);
  return reportOf(about, accumulation.toJSON());
}

function isHit({ results }: Comparison["was"], rule: string): boolean {
  return results.some((one) => one.rule === rule && one.result === "hit");
}

test("the report counts what can be counted by hand", () => {
  fc.assert(
    fc.property(comparisons, (all) => {
      const report = reportOn(all);
      const changed = all.filter(({ was, wouldBe }) => was.outcome !== wouldBe.outcome);
      expect(report.transactions).toMatchObject({
        evaluated: all.length,
        changed: changed.length,
        notEvaluated: [],
      });
      expect(report.outcomes.reduce((sum, { transactions }) => sum + transactions, 0)).toBe(all.length);
      for (const cell of report.outcomes) {
        const inCell = all.filter(
          ({ was, wouldBe }) => was.outcome === cell.was && wouldBe.outcome === cell.wouldBe,
        );
        expect(cell.transactions).toBe(inCell.length);
        for (const { currency, value } of cell.amounts) {
          const amounts = inCell.filter((one) => one.currency === currency).map(({ amount }) => amount);
          expect(value).toBe(amounts.reduce((sum, amount) => sum + amount, 0n).toString());
        }
        expect(cell.examples).toHaveLength(cell.was === cell.wouldBe ? 0 : Math.min(20, inCell.length));
        expect(inCell.map(({ id }) => id)).toEqual(expect.arrayContaining(cell.examples));
      }
      for (const told of report.rules) {
        const [then, now] = (["was", "wouldBe"] as const).map(
          (side) => new Set(all.filter((one) => isHit(one[side], told.rule))),
        ) as [Set<Comparison>, Set<Comparison>];
        expect([told.was.hits, told.wouldBe.hits]).toEqual([then.size, now.size]);
        expect([told.newlyHit, told.noLongerHit]).toEqual([
          now.difference(then).size,
          then.difference(now).size,
        ]);
        const either = [...then.union(now)];
        expect(told.changedOutcomes).toBe(either.filter((one) => changed.includes(one)).length);
      }
      expect(report.rules.slice(0, 2).map(({ rule }) => rule)).toEqual(["c", "a"]);
      for (const side of ["was", "wouldBe"] as const) {
        expect(report.scores.distribution.reduce((sum, bucket) => sum + bucket[side], 0)).toBe(all.length);
      }
    }),
    { numRuns: 200 },
  );
});

test("neither the order nor a pause at any point changes the report", () => {
  fc.assert(
    fc.property(comparisons, fc.nat(60), fc.nat(), (all, pause, seed) => {
      const shuffled = all.toSorted((a, b) => mixed(a.id, seed) - mixed(b.id, seed));
      let accumulation = new Accumulation();
      for (const [index, one] of shuffled.entries()) {
        if (index === pause) accumulation = new Accumulation(stored(accumulation));
        accumulation.add(one);
      }
      expect(reportOf(about, stored(accumulation))).toEqual(reportOn(all));
    }),
    { numRuns: 200 },
  );
});

function mixed(id: string, seed: number): number {
  return (Number.parseInt(id.slice(-8), 16) ^ seed) >>> 0;
}

test("a version compared with itself changes nothing", () => {
  fc.assert(
    fc.property(comparisons, (all) => {
      const report = reportOn(all.map((one) => ({ ...one, wouldBe: one.was })));
      expect(report.transactions.changed).toBe(0);
      expect(report.outcomes.every(({ was, wouldBe }) => was === wouldBe)).toBe(true);
      for (const { newlyHit, noLongerHit, was, wouldBe } of report.rules) {
        expect([newlyHit, noLongerHit, was]).toEqual([0, 0, wouldBe]);
      }
      expect([report.scores.higher, report.scores.lower, report.scores.was]).toEqual([
        0,
        0,
        report.scores.wouldBe,
      ]);
    }),
  );
});

test("as CSV it has the same figures, and every line the same columns", () => {
  const accumulation = new Accumulation();
  const was = { outcome: "approve", score: 0, results: [] } as const;
  const wouldBe = { outcome: "review", score: 7, results: [{ rule: "a", result: "hit" }] } as const;
  const id = randomUUIDv7();
  accumulation.add({ id, amount: 1250n, currency: "EUR", decidedBy: 1, was, wouldBe });
  accumulation.leaveOut(id, "facts_missing");
  accumulation.asked("window", 'count(1h, "x")', "recomputed");
  const lines = parse(reportCsv(reportOf(about, accumulation.toJSON())), { columns: true }) as Record<
    string,
    string
  >[];
  const find = (wanted: object) =>
    lines.filter((line) => Object.entries(wanted).every(([name, value]) => line[name] === value));
  expect(find({ section: "outcomes", was: "approve", would_be: "review", measure: "amount" })).toMatchObject([
    { currency: "EUR", value: "1250" },
  ]);
  expect(find({ section: "rules", name: "a", measure: "newlyHit" })).toMatchObject([{ value: "1" }]);
  expect(find({ section: "not_evaluated", measure: "example" })).toMatchObject([
    { name: "facts_missing", value: id },
  ]);
  expect(find({ section: "inputs.window", measure: "recomputed" })).toMatchObject([
    { name: 'count(1h, "x")', value: "1" },
  ]);
});

test.for([
  [undefined, false],
  ["*/*", false],
  ["text/csv", true],
  ["application/json", false],
  ["text/csv, application/json", false],
  ["application/json;q=0.5, text/csv", true],
  ["TEXT/CSV ; q=0.3, */*;q=0.2", true],
  ["text/*", true],
  ["text/csv;q=0, */*", false],
] as const)("Accept %j prefers CSV: %j", ([accept, preferred]) => {
  expect(prefersCsv(accept)).toBe(preferred);
});
