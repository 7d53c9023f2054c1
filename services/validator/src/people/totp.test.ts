import fc from "fast-check";
import { expect, test } from "vitest";

import { hashRecoveryCode, makeRecoveryCodes } from "./secrets.ts";
import { base32, codeOf, makeTotpSecret, matchStep, otpauthUri, stepAt } from "./totp.ts";

// RFC 6238, appendix B: SHA-1, the last six of its eight digits.
test.each([
  [59, "287082"],
  [1_111_111_109, "081804"],
  [1_111_111_111, "050471"],
  [1_234_567_890, "005924"],
  [2_000_000_000, "279037"],
  [20_000_000_000, "353130"],
])("at %i seconds the code is %s", (seconds, code) => {
  const secret = Buffer.from("12345678901234567890");
  expect(codeOf(secret, stepAt(seconds * 1000))).toBe(code);
});

test("a code is taken in its step and the one on either side, and told as the step that it is of", () => {
  const secret = makeTotpSecret();
  const now = 1_700_000_000_000;
  for (const away of [-2, -1, 0, 1, 2]) {
    const step = stepAt(now) + away;
    expect(matchStep(secret, codeOf(secret, step), now)).toBe(Math.abs(away) <= 1 ? step : undefined);
  }
  for (const code of ["", "12345", `${codeOf(secret, stepAt(now))}0`])
    expect(matchStep(secret, code, now)).toBeUndefined();
});

test.each([
  ["", ""],
  ["f", "MY"],
  ["fo", "MZXQ"],
  ["foo", "MZXW6"],
  ["foob", "MZXW6YQ"],
  ["fooba", "MZXW6YTB"],
  ["foobar", "MZXW6YTBOI"],
])("base32 of %j is %s (RFC 4648, section 10)", (text, encoded) => {
  expect(base32(Buffer.from(text))).toBe(encoded);
});

test("an authenticator is told a name with any characters", () => {
  expect(otpauthUri("erika+1@bank.example", Buffer.from("foobar"))).toBe(
    "otpauth://totp/validator:erika%2B1%40bank.example?secret=MZXW6YTBOI&issuer=validator",
  );
});

test("a recovery code is the same however it is typed, and no two are the same", () => {
  const codes = makeRecoveryCodes();
  expect(new Set(codes).size).toBe(10);
  fc.assert(
    fc.property(fc.constantFrom(...codes), fc.constantFrom("", " ", "-", " - "), (code, between) => {
      expect(code).toMatch(/^([a-z2-7]{4}-){3}[a-z2-7]{4}$/);
      const typed = code.toUpperCase().replaceAll("-", between);
      expect(hashRecoveryCode(typed)).toEqual(hashRecoveryCode(code));
    }),
  );
});
