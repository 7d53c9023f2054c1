import { getCountrySpecifications } from "ibantools";
import { expect, test } from "vitest";

import { countries } from "./countries.ts";
import { minorUnitDigits } from "./currencies.ts";

test("currencies are those that the JavaScript engine knows, and differ only where ISO has changed since or knows more", () => {
  const retired = new Set(["ANG", "BGN", "CUC", "HRK", "SLL", "ZWL"]);
  const unknown = Intl.supportedValuesOf("currency").filter((code) => !minorUnitDigits.has(code));
  expect(unknown.filter((code) => !retired.has(code))).toEqual([]);
  expect(minorUnitDigits.size).toBe(178);
});

test.each([
  ["EUR", 2],
  ["JPY", 0],
  ["KWD", 3],
  ["CLF", 4],
  ["XAU", undefined],
])("%s has %s minor unit digits", (code, digits) => {
  expect(minorUnitDigits.has(code)).toBe(true);
  expect(minorUnitDigits.get(code)).toBe(digits);
});

test("every country with an IBAN is a country", () => {
  expect(countries.size).toBe(250);
  const specifications = getCountrySpecifications();
  const missing = Object.keys(specifications).filter(
    (code) => specifications[code]?.IBANRegistry && !countries.has(code),
  );
  expect(missing).toEqual([]);
});
