import fc from "fast-check";
import { expect, test } from "vitest";

import { createSealer } from "./sealing.ts";

const SECRET = "s".repeat(32);
const bytes = fc.uint8Array({ maxLength: 100 }).map((given) => Buffer.from(given));

test("what is sealed opens for its purpose, by its secret, unchanged, and not else", () => {
  const [sealer, other, none] = [createSealer(SECRET), createSealer("t".repeat(32)), createSealer(undefined)];
  fc.assert(
    fc.property(bytes, fc.nat(), (plain, place) => {
      const sealed = sealer.seal(plain, "totp erika");
      expect(sealer.open(sealed, "totp erika")).toEqual(plain);
      expect(sealer.open(sealed, "totp max")).toBeUndefined();
      expect(other.open(sealed, "totp erika")).toBeUndefined();
      expect(none.open(sealed, "totp erika")).toBeUndefined();
      const altered = Buffer.from(sealed);
      altered[place % altered.length] = (altered[place % altered.length] as number) ^ 1;
      expect(sealer.open(altered, "totp erika")).toBeUndefined();
      expect(sealer.open(sealed.subarray(0, place % sealed.length), "totp erika")).toBeUndefined();
    }),
  );
});

test("with a secret, nothing is taken that was put in without", () => {
  const plain = Buffer.from("a key of somebody's own");
  const put = createSealer(undefined).seal(plain, "signing key 1");
  expect(createSealer(undefined).open(put, "signing key 1")).toEqual(plain);
  expect(createSealer(SECRET).open(put, "signing key 1")).toBeUndefined();
});
