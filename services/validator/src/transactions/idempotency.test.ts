import { expect, test } from "vitest";

import { createRecorder, KeyConflict, readIdempotencyKey } from "./idempotency.ts";
import type { DecisionRow, StoredDecision } from "./repository.ts";

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

const row = (id: string, body: string): DecisionRow => ({
  id,
  idempotencyKey: "key",
  fingerprint: Buffer.from(body),
  transaction: body,
  amount: 1n,
  currency: "EUR",
  outcome: "approve",
  reasons: [],
  receivedAt: 0,
  decidedAt: 0,
});

test("concurrent requests with one key share one write; another body is a conflict", async () => {
  const writes: DecisionRow[] = [];
  const { promise, resolve: store } = Promise.withResolvers<StoredDecision>();
  const recorder = createRecorder((added) => {
    writes.push(added);
    return promise;
  });
  const first = recorder.record(row("1", "body"));
  const second = recorder.record(row("2", "body"));
  const other = recorder.record(row("3", "other body"));
  store(row("1", "body"));
  expect(await first).toMatchObject({ decision: { id: "1" }, replayed: false });
  expect(await second).toMatchObject({ decision: { id: "1" }, replayed: true });
  await expect(other).rejects.toBeInstanceOf(KeyConflict);
  expect(writes.map(({ id }) => id)).toEqual(["1"]);
});

test("a failed write does not stick to its key", async () => {
  let attempts = 0;
  const recorder = createRecorder(async (added) => {
    if (attempts++ === 0) throw new Error("away");
    return added;
  });
  const sharing = [recorder.record(row("1", "body")), recorder.record(row("2", "body"))];
  const results = await Promise.allSettled(sharing);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await recorder.record(row("3", "body"))).toMatchObject({ decision: { id: "3" }, replayed: false });
});
