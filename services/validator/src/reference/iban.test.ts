import fc from "fast-check";
import { countrySpecs, isValidIBAN } from "ibantools";
import { expect, test } from "vitest";

import { isSoundIban } from "./iban.ts";

const CHARACTERS = [..."0123456789ABCXYZaz -é"];

const country = fc.oneof(
  fc.constantFrom(...Object.keys(countrySpecs)),
  fc.string({ minLength: 0, maxLength: 2 }),
);

/** Of the right length and with the right check digits where that can be, so that all checks have their turn. */
const iban = fc
  .tuple(
    country,
    fc.nat(99),
    fc.array(fc.constantFrom(...CHARACTERS, ..."0123456789".repeat(5)), { maxLength: 40 }),
  )
  .map(([code, digits, characters]) => {
    const length = (countrySpecs[code]?.chars ?? 22) - 4;
    const account = characters.join("").padEnd(length, "1").slice(0, length);
    return { code, account, digits: String(digits).padStart(2, "0") };
  });

test("what is sound is what ibantools calls valid", () => {
  fc.assert(
    fc.property(iban, fc.boolean(), ({ code, account, digits }, isRight) => {
      const right = () => {
        const every = Array.from({ length: 100 }, (_, n) => `${code}${String(n).padStart(2, "0")}${account}`);
        return every.find((each) => isValidIBAN(each));
      };
      const given = (isRight ? right() : undefined) ?? `${code}${digits}${account}`;
      expect(isSoundIban(given)).toBe(isValidIBAN(given));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  "DE89370400440532013000",
  "FR1420041010050500013M02606",
  "NO9386011117947",
  "MT84MALT011000012345MTLCAST001S",
])("%s is sound, and with any other check digits it is not", (sound) => {
  const all = Array.from(
    { length: 100 },
    (_, n) => `${sound.slice(0, 2)}${String(n).padStart(2, "0")}${sound.slice(4)}`,
  );
  expect(all.filter((each) => isSoundIban(each))).toEqual([sound]);
});
