import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { checkRuleSet } from "./check.ts";
import { FUNCTIONS, METHODS } from "./language/calls.ts";
import { Lookups } from "./language/compilation.ts";
import { compileExpression } from "./language/expression.ts";
import { VARIABLES } from "./language/variables.ts";
import { LIMITS } from "./limits.ts";
import { RULE_SET_PROBLEMS } from "./problems.ts";
import { FAILURE_REASONS } from "./severity.ts";

const page = readFileSync(new URL("../../RULES.md", import.meta.url), "utf8");
const section = (heading: string) => page.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
const code = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, inside = ""]) => inside);

/** A call as it stands in an expression: methods are shown without what they are called on. */
function inFull(call: string): string {
  const method = call.split("(")[0] ?? "";
  if (!Object.hasOwn(METHODS, method) || Object.hasOwn(FUNCTIONS, method)) return call;
  return METHODS[method]!.parameters[0] === "timestamp" ? `receivedAt.${call}` : `device.${call}`;
}

describe("the page about rules", () => {
  test("has every variable, function and method, and no other", () => {
    const rows = section("Expressions")
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const told = new Set(
      code(rows.map((row) => row.split("|")[1]).join(" ")).map((text) => text.split("(")[0]),
    );
    expect([...told].sort()).toEqual(
      [
        ...new Set([...VARIABLES.keys(), ...Object.keys(FUNCTIONS), ...Object.keys(METHODS), "device.size"]),
      ].sort(),
    );
  });

  test("shows calls that compile", () => {
    const calls = section("Expressions")
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .flatMap((row) => code(row.split("|")[1] ?? ""))
      .filter((text) => text.includes("("));
    for (const call of calls) {
      const compiled = compileExpression(`${inFull(call)} == ${inFull(call)}`, "", new Lookups());
      expect([call, "run" in compiled]).toEqual([call, true]);
    }
    expect(calls.length).toBeGreaterThan(20);
  });

  test("shows a rule set that is sound", () => {
    const [, example = ""] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
    expect(checkRuleSet(JSON.parse(example))).toEqual([]);
  });

  test("has every code of a problem with what it means, and no other", () => {
    const rows = [...section("Problems").matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, name, means]) => [
      name,
      means,
    ]);
    expect(rows).toEqual(Object.entries(RULE_SET_PROBLEMS));
  });

  test("has the limits and the reasons of rules without an answer", () => {
    const limits = [...section("Limits").matchAll(/\d+/g)].map(([number]) => Number(number));
    expect(limits).toEqual(expect.arrayContaining(Object.values(LIMITS)));
    expect(code(section("When there is no answer"))).toEqual(
      expect.arrayContaining(Object.keys(FAILURE_REASONS)),
    );
  });
});
