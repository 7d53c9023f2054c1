import { readFileSync } from "node:fs";

import { expect, test } from "vitest";

import { findings, outcomeOf, refusals, finding } from "./reasons.ts";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

test("the README tells every reason, and no other", () => {
  const rows = [
    ...Object.entries(findings).map(([code, [outcome, message]]) => [code, outcome, message]),
    ...Object.entries(refusals),
  ];
  const [, tables = ""] = readme.split("## Reasons");
  const told = tables
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", ""))
        .slice(1, -1),
    );
  expect(told).toEqual(rows);
});

test("the severest finding decides", () => {
  expect(outcomeOf([])).toBe("approve");
  expect(outcomeOf([finding("iban_country_mismatch", "")])).toBe("review");
  expect(outcomeOf([finding("iban_checksum", ""), finding("iban_country_mismatch", "")])).toBe("decline");
});
