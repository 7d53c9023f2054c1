import fc from "fast-check";
import { expect, test } from "vitest";

import { compile } from "../rules/compile.ts";
import { recordFacts, type RecordedFacts } from "../rules/record.ts";
import { starterRuleSet } from "../rules/starter.ts";
import { facts, transactions } from "../rules/testing/arbitrary.ts";
import { quiet, rule, ruleSet, transaction } from "../rules/testing/examples.ts";
import { Accumulation } from "./accumulation.ts";
import { pastFacts, type FactsParts, type References } from "./facts.ts";
import { createBoundedWindows, definitionsToCompute, longestWindow } from "./windows.ts";
import { BacktestFailure } from "./failure.ts";

/** Answers otherwise than anybody did then. */
const otherwise: References = {
  isListed: () => true,
  screen: () => [{ entry: "now", name: "NOW", score: 99 }],
  isSnoozed: () => true,
};

const starter = compile(starterRuleSet, 1);
const idsOf = ({ aggregates }: FactsParts["ruleSet"]) => new Set(aggregates.map(({ id }) => id));

function past(parts: Pick<FactsParts, "ruleSet" | "recorded"> & Partial<FactsParts>) {
  return pastFacts({
    asked: new Set(),
    computed: new Map(),
    references: otherwise,
    notes: new Accumulation(),
    ...parts,
  });
}

test("the version that decided is told what it was told then, and nothing else", () => {
  fc.assert(
    fc.property(transactions, facts, (about, then) => {
      const known = {
        ...then,
        aggregates: new Map(starter.aggregates.map(({ id }, index) => [id, BigInt(index)])),
      };
      for (const facts of [then, known]) {
        const recording = recordFacts(facts);
        const evaluation = starter.evaluate(about, recording.facts);
        const recorded = JSON.parse(JSON.stringify(recording.recorded())) as RecordedFacts;
        // Figures that could be had now: what was away then has to stay away.
        const computed = new Map(starter.aggregates.map(({ id }) => [id, 10n ** 9n]));
        const again = past({ ruleSet: starter, recorded, asked: idsOf(starter), computed });
        expect(starter.evaluate(about, again)).toEqual(evaluation);
      }
    }),
    { numRuns: 300 },
  );
});

test("what nobody asked then is asked now, and noted", () => {
  const document = ruleSet([
    rule('listed("blocked", debtor.name)', { id: "a" }),
    rule("screening(debtor.name) > 90.0", { id: "b" }),
    rule('count("2h", debtor.account) > 3', { id: "c" }),
    rule('sum("1d", debtor.account) > 3', { id: "d" }),
  ]);
  const ruleSetNow = compile(document, 2);
  const [count] = ruleSetNow.aggregates;
  const recorded = recordFacts(quiet()).recorded();
  const notes = new Accumulation();
  const references = { ...otherwise, isSnoozed: (name: string) => name === "c" };
  const computed = new Map([[count?.id ?? "", 4n]]);
  const told = past({ ruleSet: ruleSetNow, recorded, computed, references, notes });
  expect(ruleSetNow.evaluate(transaction(), told).results.map(({ result }) => result)).toEqual([
    "hit",
    "hit",
    "snoozed",
    "error",
  ]);
  const inputs = notes
    .toJSON()
    .inputs.map(([kind, name, origins]) => [kind, name, Object.values(origins).join(" ")]);
  expect(inputs).toEqual(
    [
      ["window", "count(2h, debtor.account)", "0 1 0"],
      ["window", "sum(1d, debtor.account)", "0 0 1"],
      ["list", "blocked", "0 1 0"],
      ["snooze", "a", "0 1 0"],
      ["snooze", "b", "0 1 0"],
      ["snooze", "c", "0 1 0"],
      ["snooze", "d", "0 1 0"],
      ["screening", "", "0 1 0"],
    ].toSorted(() => 0),
  );
});

test("only windows that some version did not ask for are computed", () => {
  const { aggregates } = starter;
  const all = idsOf(starter);
  const [first] = aggregates;
  const others = new Set([...all].slice(1));
  expect(definitionsToCompute(starter, [all, all])).toEqual([]);
  expect(definitionsToCompute(starter, [all, others])).toEqual([first]);
  expect(definitionsToCompute(starter, [all, undefined])).toEqual(aggregates);
  expect(definitionsToCompute(starter, [])).toEqual(aggregates);
  expect(longestWindow([])).toBe(0);
});

test("windows hold what they may, however long the stream, and fail beyond", () => {
  const { aggregates } = compile(ruleSet([rule('count("1h", debtor.account) > 3')]), 1);
  const observe = createBoundedWindows(aggregates, 1000);
  const at = (index: number, every: number) =>
    observe({
      member: `m${index}`,
      at: index * every,
      amount: 1n,
      currency: "EUR",
      field: () => `${index % 7}`,
    });
  for (let index = 0; index < 20_000; index++) at(index, 10_000);
  expect(() => {
    for (let index = 0; index < 20_000; index++) at(200_000_000 + index, 1);
  }).toThrow(BacktestFailure);
});
