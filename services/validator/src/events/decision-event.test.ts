import fc from "fast-check";
import { expect, test } from "vitest";

import { maskAccount } from "./decision-event.ts";

test("an account number is told by its ends only", () => {
  expect(maskAccount("DE89370400440532013000")).toBe("DE89…3000");
  expect(maskAccount("12345678901")).toBe("…01");
  expect(maskAccount("7")).toBe("…");
  expect(maskAccount(null)).toBeNull();
  fc.assert(
    fc.property(fc.string({ minLength: 1, maxLength: 42 }), (account) => {
      const masked = maskAccount(account) ?? "";
      expect(masked.replace("…", "").length).toBeLessThanOrEqual(Math.floor((account.length * 2) / 3));
    }),
  );
});
