import { expect, test } from "vitest";

import { LONGEST_FIELD } from "./fields.ts";
import { readPattern, type Pattern } from "./patterns.ts";

test.each([
  "^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
  "\\b(?:bitcoin|btc|crypto|usdt)\\b",
  "^(GmbH|AG)?$",
  "foo.*bar",
  "^.*foo.*$",
  "^(?:[0-9]{4} ){3}[0-9]{4}$",
  "a|b|",
  "[\\]\\-^]+?x",
])("%s is taken", (source) => {
  expect(readPattern(source)).toHaveProperty("test");
});

test.each([
  ["(a+)+$", "pattern_costly"],
  ["(?:a|aa)+$", "pattern_costly"],
  ["(a*)*", "pattern_costly"],
  ["(?:a{0,50}){0,50}$", "pattern_costly"],
  [".*.*x", "pattern_costly"],
  ["^.*.*.*x", "pattern_costly"],
  ["(?:a?b?c?d?e?f?g?h?i?j?k?l?m?n?o?p?)x", "pattern_costly"],
  [`^(?:${"a?".repeat(13)}|b)a{100}b`, "pattern_costly"],
  ["a".repeat(501), "pattern_costly"],
  ["(a)\\1", "pattern_invalid"],
  ["(?=a)b", "pattern_invalid"],
  ["(?<!a)b", "pattern_invalid"],
  ["(?<n>a)", "pattern_invalid"],
  ["(?i)a", "pattern_invalid"],
  ["\\p{L}", "pattern_invalid"],
  ["\\u0041", "pattern_invalid"],
  ["[[:alpha:]]", "pattern_invalid"],
  ["(a", "pattern_invalid"],
  ["a)", "pattern_invalid"],
  ["[a", "pattern_invalid"],
  ["a{2,1}", "pattern_invalid"],
  ["a{1000}", "pattern_invalid"],
  ["a**", "pattern_invalid"],
  ["^*", "pattern_invalid"],
  ["*a", "pattern_invalid"],
  ["a{,5}", "pattern_invalid"],
  ["[😀]", "pattern_invalid"],
  ["\\", "pattern_invalid"],
])("%s is refused: %s", (source, code) => {
  expect(readPattern(source)).toMatchObject({ code });
});

test("what is taken is quick on the texts that hang (a+)+$", () => {
  const texts = [
    `${"a".repeat(LONGEST_FIELD - 1)}!`,
    "a".repeat(LONGEST_FIELD),
    "ab".repeat(LONGEST_FIELD / 2),
  ];
  const worst = ["a.*a!", "^a*a*$", "^.*a.*!$", "a*$", `${"(?:a|a)".repeat(6)}b`, `^${"a?".repeat(12)}b`];
  const patterns = worst.map((source) => readPattern(source) as Pattern);
  const began = performance.now();
  for (const text of texts) for (const { test } of patterns) test(text);
  // A millisecond each; (a+)+$ would take longer than the universe is old.
  expect(performance.now() - began).toBeLessThan(1000);
});
