import fc from "fast-check";
import { expect, test } from "vitest";

import { checkRuleSet } from "./check.ts";
import { compile } from "./compile.ts";
import { AWAY_MODES } from "./document.ts";
import { recordFacts, replayFacts, type RecordedFacts } from "./record.ts";
import { starterRuleSet } from "./starter.ts";
import { expressions, facts, transactions } from "./testing/arbitrary.ts";
import { quiet, rule, ruleSet, transaction } from "./testing/examples.ts";

/** As a database gives it back. */
const stored = (recorded: RecordedFacts) => JSON.parse(JSON.stringify(recorded)) as RecordedFacts;

const documents = fc
  .array(fc.tuple(expressions, fc.constantFrom(...AWAY_MODES)), { minLength: 1, maxLength: 6 })
  .map((rules) =>
    ruleSet(
      rules.map(([expression, whenAway], index) =>
        rule(expression, { id: `r${index}`, whenAway, score: index }),
      ),
    ),
  )
  .filter((document) => checkRuleSet(document).length === 0);

test("an evaluation with the facts that were recorded is the same, to the last value", () => {
  const starter = compile(starterRuleSet, 1);
  fc.assert(
    fc.property(documents, transactions, facts, (document, about, known) => {
      for (const rules of [starter, compile(document, 2)]) {
        const { facts, recorded } = recordFacts(known);
        const evaluation = rules.evaluate(about, facts);
        expect(rules.evaluate(about, replayFacts(stored(recorded())))).toEqual(evaluation);
        expect(rules.evaluate(about, known)).toEqual(evaluation);
      }
    }),
    { numRuns: 300 },
  );
});

test("what was asked is recorded, compactly", () => {
  const known = quiet({
    aggregates: new Map([
      ["a", 3n],
      ["b", 2n ** 60n],
    ]),
    isListed: (list) => (list === "gone" ? undefined : list === "l"),
    screen: (name) => (name === "?" ? undefined : [{ entry: "9", name: "X", score: 88.5 }]),
    isSnoozed: () => true,
  });
  const { facts, recorded } = recordFacts(known);
  facts.isListed("l", "1");
  facts.isListed("m", "1");
  facts.isListed("gone", "1");
  facts.screen("?");
  facts.screen("x");
  facts.isSnoozed("rule", "subject");
  expect(recorded()).toEqual({
    at: known.receivedAt,
    aggregates: { a: 3, b: "1152921504606846976" },
    lists: [
      ["l", "1", true],
      ["m", "1", false],
      ["gone", "1", null],
    ],
    screening: [
      ["?", null],
      ["x", [["9", "X", 88.5]]],
    ],
    snoozes: [["rule", "subject", true]],
  });
  const replayed = replayFacts(stored(recorded()));
  expect(replayed.aggregates).toEqual(known.aggregates);
  expect([replayed.isListed("gone", "1"), replayed.isListed("never", "1")]).toEqual([undefined, undefined]);
});

test("facts that throw are recorded as away", () => {
  const { facts, recorded } = recordFacts(quiet({ isListed: fault, screen: fault, isSnoozed: fault }));
  const rules = compile(ruleSet([rule('listed("l", ip)'), rule("screening(ip) > 1.0", { id: "b" })]), 1);
  const evaluation = rules.evaluate({ ...transaction(), ip: "192.0.2.1" }, facts);
  expect(evaluation.results.map(({ error }) => error)).toEqual(["data_away", "data_away"]);
  expect(recorded()).toMatchObject({ lists: [["l", "192.0.2.1", null]], screening: [["192.0.2.1", null]] });
});

function fault(): never {
  throw new Error("a fault");
}
