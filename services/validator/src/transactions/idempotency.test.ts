import { expect, test } from "vitest";

import { readIdempotencyKey } from "./idempotency.ts";

test.each([
  ["abc", "abc"],
  ['"abc"', "abc"],
  ['"a\\"b\\\\c"', 'a"b\\c'],
  ["8e03978e-40d5-43dd-bc93-6894a57f9324", "8e03978e-40d5-43dd-bc93-6894a57f9324"],
  ["k".repeat(255), "k".repeat(255)],
  ["k".repeat(256), undefined],
  ["", undefined],
  ['""', undefined],
  ['"a', undefined],
  ['a"b', undefined],
  ["a b", undefined],
  ["schlüssel", undefined],
  ["a\u0000", undefined],
])("reads the key %j as %j", (header, key) => {
  expect(readIdempotencyKey(header)).toBe(key);
});
