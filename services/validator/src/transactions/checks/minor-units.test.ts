import fc from "fast-check";
import { expect, test } from "vitest";

import { readMinorUnits } from "./minor-units.ts";

test.each([
  ["1", 1n],
  [1, 1n],
  [Number.MAX_SAFE_INTEGER, 9_007_199_254_740_991n],
  ["9007199254740993", 9_007_199_254_740_993n],
  ["999999999999999999", 999_999_999_999_999_999n],
])("reads %j exactly", (value, amount) => {
  expect(readMinorUnits(value)).toBe(amount);
});

test.each([
  [0, "amount_not_positive"],
  [-0, "amount_not_positive"],
  [-5, "amount_not_positive"],
  ["0", "amount_not_positive"],
  ["000", "amount_not_positive"],
  ["-12", "amount_not_positive"],
  [1.5, "amount_not_integer"],
  [Number.POSITIVE_INFINITY, "amount_not_integer"],
  ["1.5", "amount_not_integer"],
  ["1e3", "amount_not_integer"],
  ["+1", "amount_not_integer"],
  ["01", "amount_not_integer"],
  [" 1", "amount_not_integer"],
  ["1\n", "amount_not_integer"],
  ["٣", "amount_not_integer"],
  ["", "amount_not_integer"],
  [2 ** 53, "amount_not_exact"],
  [1e21, "amount_not_exact"],
  ["1000000000000000000", "amount_too_large"],
  ["9".repeat(60_000), "amount_too_large"],
  [null, "wrong_type"],
  [[1], "wrong_type"],
])("refuses %j with %s", (value, code) => {
  expect(readMinorUnits(value)).toBe(code);
});

test("a string of digits comes back as it went in", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n - 1n }), (n) => readMinorUnits(n.toString()) === n),
  );
});
