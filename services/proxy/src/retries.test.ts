import fc from "fast-check";
import { expect, test } from "vitest";

import { isRepeatable, pauseBefore, RetryBudget } from "./retries.ts";

test("a pause is anything up to a bound that doubles, and stays below the cap", () => {
  const bounds = [1, 2, 3, 9].map((retry) => pauseBefore(retry, { base: 50, cap: 1000 }, () => 1));
  expect(bounds).toEqual([50, 100, 200, 1000]);
  expect(pauseBefore(5, { base: 50, cap: 1000 }, () => 0)).toBe(0);
});

test("retries are never more than a reserve and a fifth of what was sent", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 2000 }), (wants) => {
      const budget = new RetryBudget();
      let [requests, retries] = [0, 0];
      for (const wanted of wants) {
        budget.noteRequest();
        requests += 1;
        if (wanted && budget.take()) retries += 1;
        expect(retries).toBeLessThanOrEqual(10 + requests / 5 + 1e-6);
      }
    }),
  );
});

test.each([
  ["GET", false, false, true],
  ["HEAD", false, false, true],
  ["POST", false, true, false],
  ["POST", true, false, false],
  ["POST", true, true, true],
  ["PUT", true, true, false],
  ["DELETE", false, true, false],
])("%s, key: %s, honoured: %s: %s", (method, hasKey, honoursKeys, expected) => {
  expect(isRepeatable(method, hasKey, honoursKeys)).toBe(expected);
});
