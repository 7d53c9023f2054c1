import { styleText } from "node:util";
import { expect, it } from "vitest";
import { formatUptime, table } from "./output.ts";

const red = (text: string) => styleText("red", text, { validateStream: false });

it("makes columns as wide as their widest cell, and leaves no spaces at the end", () => {
  expect(
    table(
      [
        ["api-1", "healthy", "a"],
        ["database-a", "up", ""],
      ],
      "  ",
    ),
  ).toBe("  api-1       healthy  a\n  database-a  up");
});

it("does not count colours", () => {
  expect(
    table([
      [red("ab"), "x"],
      ["abcd", "y"],
    ]),
  ).toBe(`${red("ab")}    x\nabcd  y`);
});

it("takes rows of different lengths, and none", () => {
  expect(table([["a"], ["bb", "c"]])).toBe("a\nbb  c");
  expect(table([])).toBe("");
});

it.each([
  [0, "0s"],
  [59.9, "59s"],
  [60, "1m 0s"],
  [3_599, "59m 59s"],
  [3_600, "1h 0m"],
  [90_061, "25h 1m"],
])("says %d seconds as %s", (seconds, words) => {
  expect(formatUptime(seconds)).toBe(words);
});
