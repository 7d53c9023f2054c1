import { expect, test } from "vitest";

import { compile } from "../rules/compile.ts";
import { starterRuleSet } from "../rules/starter.ts";
import { quiet, transaction } from "../rules/testing/examples.ts";
import { meterDecisions } from "./decisions.ts";
import { createInstruments } from "./instruments.ts";

test("each rule is timed, whatever its result, and results are counted by rule", async () => {
  const instruments = createInstruments();
  const observer = meterDecisions(instruments);
  const live = compile(starterRuleSet, 1);
  const { results } = live.evaluate(transaction(), quiet(), observer.timedRule);
  observer.evaluated(results, 0.02);
  const text = await instruments.registry.metrics();
  for (const rule of live.rules) expect(text).toContain(`validator_rule_samples_total{rule="${rule}"} 1`);
  expect(results.length).toBeGreaterThan(0);
  for (const { rule, result } of results) {
    expect(text).toContain(`validator_rule_results_total{rule="${rule}",result="${result}"} 1`);
  }
});

test("rules that people go on making do not make series without end", async () => {
  const instruments = createInstruments();
  const observer = meterDecisions(instruments);
  for (let index = 0; index < 2000; index++) observer.timedRule(`rule_${index}`, 1);
  const { values } = await (
    instruments.registry.getSingleMetric("validator_rule_samples_total") as unknown as {
      get(): Promise<{ values: unknown[] }>;
    }
  ).get();
  expect(values.length).toBe(500);
});

test("screening is timed and answers as before", () => {
  const { screening } = meterDecisions(createInstruments());
  const match = { entry: "OFAC 1", name: "x", score: 100 };
  expect(screening((name) => (name === "x" ? [match] : undefined))("x")).toEqual([match]);
  expect(screening(() => undefined)("x")).toBeUndefined();
});
