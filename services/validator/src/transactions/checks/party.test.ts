import fc from "fast-check";
import { composeIBAN } from "ibantools";
import { expect, test } from "vitest";

import { bicFault, ibanFault } from "./party.ts";

// The examples of the SWIFT IBAN registry.
test.each([
  "GB29NWBK60161331926819",
  "DE89370400440532013000",
  "FR1420041010050500013M02606",
  "NL91ABNA0417164300",
  "NO9386011117947",
  "MT84MALT011000012345MTLCAST001S",
  "BE68539007547034",
  "SA0380000000608010167519",
  "BR1800360305000010009795493C1",
])("takes the IBAN %s", (iban) => {
  expect(ibanFault(iban)).toBeUndefined();
});

test.each([
  ["GB29NWBK60161331926818", "iban_checksum"],
  ["DE89370400440532013001", "iban_checksum"],
  ["ED89370400440532013000", "iban_country_unknown"],
  ["US64SVBKUS6S3300958879", "iban_country_unknown"],
  ["DE8937040044053201300", "iban_length"],
  ["DE8937040044053201300X", "iban_format"],
  ["DEXX370400440532013000", "iban_format"],
  ["DE89 3704 0044 0532 0130 00", "iban_length"],
  ["de89370400440532013000", "iban_country_unknown"],
  ["\u0000", "iban_country_unknown"],
])("refuses the IBAN %j with %s", (iban, code) => {
  expect(ibanFault(iban)).toBe(code);
});

test.each(["DEUTDEFF", "DEUTDEFF500", "NEDSZAJJXXX", "PSSTFRPPXXX"])("takes the BIC %s", (bic) => {
  expect(bicFault(bic)).toBeUndefined();
});

test.each([
  ["DEUTZZFF", "bic_country_unknown"],
  ["DEUTDEF", "bic_format"],
  ["DEUTDEFF5", "bic_format"],
  ["deutdeff", "bic_format"],
  ["DEUTDEFF500X", "bic_format"],
])("refuses the BIC %s with %s", (bic, code) => {
  expect(bicFault(bic)).toBe(code);
});

test("any other digit in place of one is found (mod 97 finds all single errors)", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 18, maxLength: 18 });
  fc.assert(
    fc.property(digits, fc.nat(17), fc.integer({ min: 1, max: 9 }), (bban, place, shift) => {
      const iban = composeIBAN({ countryCode: "DE", bban });
      if (iban === null) throw new Error(`no IBAN for ${bban}`);
      const at = place + 4;
      const other = (Number(iban[at]) + shift) % 10;
      expect(ibanFault(iban)).toBeUndefined();
      expect(ibanFault(iban.slice(0, at) + other + iban.slice(at + 1))).toBe("iban_checksum");
    }),
  );
});

test("any text is judged, and none breaks the judge", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
      expect([ibanFault(text), bicFault(text)]).not.toContain(undefined);
    }),
  );
});
