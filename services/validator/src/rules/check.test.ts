import fc from "fast-check";
import { expect, test } from "vitest";

import { canonicalRuleSet, hashRuleSet } from "./canonical.ts";
import { checkRuleSet } from "./check.ts";
import { compile } from "./compile.ts";
import type { RuleSetDocument } from "./document.ts";
import { LIMITS } from "./limits.ts";
import { RuleSetInvalid } from "./problems.ts";
import { rule, ruleSet } from "./testing/examples.ts";

function problems(document: unknown): string[] {
  return checkRuleSet(document).map(({ code, pointer }) => `${code} ${pointer}`);
}

test("everything that is wrong with a document is said at once", () => {
  const document = {
    name: "",
    scheme: "points",
    bandz: [],
    rules: [
      { id: "First Rule", expression: 5, whenAway: "shut", reason: { code: "x", pointer: "/device" } },
      rule("amount >", { id: "a" }),
      rule("amout > 5 && device > 1", {
        id: "a",
        subject: "iban",
        reason: { code: "iban_checksum", message: "m", pointer: "/nowhere" },
      }),
    ],
  };
  expect(problems(document).sort()).toMatchInlineSnapshot(`
    [
      "missing_field /rules/0/reason/message",
      "not_one_of /rules/0/whenAway",
      "not_one_of /scheme",
      "pointer_unknown /rules/2/reason/pointer",
      "reason_code_reserved /rules/2/reason/code",
      "rule_id_repeated /rules/2/id",
      "subject_unknown /rules/2/subject",
      "syntax /rules/1/expression",
      "too_short /name",
      "type_mismatch /rules/2/expression",
      "unknown_field /bandz",
      "unknown_variable /rules/2/expression",
      "wrong_format /rules/0/id",
      "wrong_type /rules/0/expression",
    ]
  `);
});

test.each([
  [ruleSet([]), "too_short /rules"],
  [ruleSet([rule("true")], { scheme: "bands" }), "bands_missing /bands"],
  [ruleSet([rule("true")], { bands: [] }), "bands_unused /bands"],
  [
    ruleSet([rule("true")], {
      scheme: "bands",
      bands: [
        { from: 10, outcome: "review" },
        { from: 10, outcome: "decline" },
      ],
    }),
    "bands_order /bands/1",
  ],
  [
    ruleSet([rule("true")], {
      scheme: "bands",
      bands: [
        { from: 10, outcome: "decline" },
        { from: 20, outcome: "review" },
      ],
    }),
    "bands_order /bands/1",
  ],
  [ruleSet([without("outcome")]), "outcome_missing /rules/0/outcome"],
  [ruleSet([without("outcome")], { scheme: "bands", bands: [] }), "effect_missing /rules/0"],
  [ruleSet([rule("true", { score: 5000 })]), "out_of_range /rules/0/score"],
  [ruleSet([rule("true", { score: 1.5 })]), "wrong_type /rules/0/score"],
  [ruleSet([rule("amount", { enabled: false })]), "not_bool /rules/0/expression"],
  [
    ruleSet([
      rule(
        windows(LIMITS.aggregates + 1)
          .map((window) => `count("${window}", ip) > 1`)
          .join(" || "),
      ),
    ]),
    "too_many_aggregates /rules",
  ],
  [
    ruleSet(
      windows(LIMITS.lists + 1).map((name, index) => rule(`listed("l${name}", ip)`, { id: `r${index}` })),
    ),
    "too_many_lists /rules",
  ],
  [
    ruleSet([
      rule(
        ["ip", "device", "channel", "endToEndId", "messageId"]
          .map((field) => `screening(${field}) > 90.0`)
          .join(" || "),
      ),
    ]),
    "too_many_screenings /rules",
  ],
  [
    ruleSet(windows(30).map((name) => rule(`device == "${"x".repeat(3900)}"`, { id: `r${name}` }))),
    "expressions_too_large /rules",
  ],
  [
    ruleSet(windows(4).map((name) => rule('device.matches("foo.*bar")', { id: `r${name}` }))),
    "patterns_too_costly /rules",
  ],
  [null, "wrong_type "],
  ["x", "wrong_type "],
])("a document is refused: %$", (document, expected) => {
  expect(problems(document)).toEqual([expected]);
});

function without(field: "outcome") {
  const { [field]: _, ...rest } = rule("true");
  return rest;
}

function windows(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index + 1}s`);
}

test("more problems than anybody reads are cut off, and it is said", () => {
  const bad = Array.from({ length: 150 }, (_, index) => rule("x", { id: `r${index}` }));
  const found = problems(ruleSet(bad));
  expect(found).toHaveLength(101);
  expect(found.at(-1)).toBe("too_many_problems ");
});

test("what cannot run is not compiled, and every problem is told", () => {
  const bad = ruleSet([rule("amount"), rule("nothing", { id: "b" })]);
  expect(() => compile(bad, 1)).toThrow(RuleSetInvalid);
  expect(() => compile(bad, 1)).toThrow(
    /^The rule set has 2 problems: \/rules\/0\/expression must be true or false/,
  );
});

test("no document makes the check throw", () => {
  const part = fc.oneof(fc.jsonValue(), fc.constant(rule("amount > 1")), fc.constant([{ from: 1 }]));
  const record = fc.record(
    {
      name: part,
      scheme: fc.oneof(part, fc.constantFrom("bands", "cases")),
      bands: part,
      rules: fc.oneof(part, fc.array(part)),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), record), (document) => {
      expect(Array.isArray(checkRuleSet(document))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("the hash does not depend on the order of keys, and on all else", () => {
  const document = ruleSet([rule('device == "é\\n"', { description: "x" })]);
  const backwards = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(backwards);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .map(([key, inner]) => [key, backwards(inner)])
        .toReversed(),
    );
  };
  expect(hashRuleSet(backwards(document) as RuleSetDocument)).toBe(hashRuleSet(document));
  expect(JSON.parse(canonicalRuleSet(document))).toEqual(document);
  expect(hashRuleSet(document)).toMatch(/^[0-9a-f]{64}$/);
  expect(hashRuleSet({ ...document, name: "other" })).not.toBe(hashRuleSet(document));
});
