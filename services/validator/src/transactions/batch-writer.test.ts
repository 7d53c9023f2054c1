import fc from "fast-check";
import { expect, test } from "vitest";

import { StoreUnavailable } from "../database/errors.ts";
import { createBatchWriter, QueueFull } from "./batch-writer.ts";

const settings = { maxRows: 100, maxInFlight: 2, maxQueued: 1000 };
const DEADLINE = 2000;
const lost = () => Object.assign(new Error("Connection terminated"), { code: "ECONNRESET" });

/** A write that is answered by hand. */
function handWritten() {
  const calls: {
    rows: readonly number[];
    done: (rows?: readonly number[]) => void;
    fail: (error: Error) => void;
  }[] = [];
  const waiting: (() => void)[] = [];
  return {
    calls,
    write: (rows: readonly number[]) =>
      new Promise<readonly number[]>((resolve, reject) => {
        calls.push({ rows, done: (stored = rows) => resolve(stored), fail: reject });
        for (const wake of waiting.splice(0)) wake();
      }),
    async called(times: number) {
      while (calls.length < times) await new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
}

test("rows of one turn share a write, and later ones wait for a free connection", async () => {
  const { write, calls, called } = handWritten();
  const writer = createBatchWriter({ ...settings, write, maxInFlight: 1, maxRows: 3 });
  const first = [1, 2].map((row) => writer.add(row, DEADLINE));
  await called(1);
  const later = [3, 4, 5, 6].map((row) => writer.add(row, DEADLINE));
  expect(calls.map(({ rows }) => rows)).toEqual([[1, 2]]);
  calls[0]?.done();
  expect(await Promise.all(first)).toEqual([1, 2]);
  await called(2);
  expect(calls[1]?.rows).toEqual([3, 4, 5]);
  calls[1]?.done();
  await called(3);
  calls[2]?.done();
  expect(await Promise.all(later)).toEqual([3, 4, 5, 6]);
  expect(writer.size).toBe(0);
});

test("beside a write another one begins for many rows at once, and for a lone row after a while", async () => {
  const { write, calls, called } = handWritten();
  const writer = createBatchWriter({ ...settings, write, maxInFlight: 3 });
  const added = [writer.add(0, DEADLINE)];
  await called(1);
  const many = Array.from({ length: 50 }, (_, index) => index + 1);
  added.push(...many.map((row) => writer.add(row, DEADLINE)));
  await new Promise(setImmediate);
  expect(calls[1]?.rows).toEqual(many);
  added.push(writer.add(51, DEADLINE));
  await called(3);
  expect(calls[2]?.rows).toEqual([51]);
  for (const { done } of calls) done();
  expect(await Promise.all(added)).toEqual([0, ...many, 51]);
});

test("nothing is acknowledged before its write has returned", async () => {
  const { write, calls, called } = handWritten();
  const writer = createBatchWriter({ ...settings, write });
  let acknowledged = false;
  const added = writer.add(1, DEADLINE).then(() => (acknowledged = true));
  await called(1);
  await new Promise(setImmediate);
  expect(acknowledged).toBe(false);
  calls[0]?.done();
  await added;
});

test("one row more than the queue holds is refused at once", async () => {
  const { write, calls, called } = handWritten();
  const writer = createBatchWriter({ ...settings, write, maxQueued: 2 });
  const added = [writer.add(1, DEADLINE), writer.add(2, DEADLINE)];
  await expect(writer.add(3, DEADLINE)).rejects.toBeInstanceOf(QueueFull);
  await called(1);
  await expect(writer.add(4, DEADLINE), "rows in flight count").rejects.toBeInstanceOf(QueueFull);
  calls[0]?.done();
  await Promise.all(added);
  const after = writer.add(5, DEADLINE);
  await called(2);
  calls[1]?.done();
  expect(await after).toBe(5);
});

test("the rows of a lost write are written again", async () => {
  const { write, calls, called } = handWritten();
  const writer = createBatchWriter({ ...settings, write, random: () => 0 });
  const added = [1, 2].map((row) => writer.add(row, DEADLINE));
  await called(1);
  calls[0]?.fail(lost());
  await called(2);
  expect(calls[1]?.rows).toEqual([1, 2]);
  calls[1]?.done();
  expect(await Promise.all(added)).toEqual([1, 2]);
});

test("a store that is away is given up at the deadline, also while a write hangs", async () => {
  const refusing = createBatchWriter<number, number>({
    ...settings,
    write: () => Promise.reject(lost()),
  });
  const hanging = createBatchWriter<number, number>({
    ...settings,
    write: () => new Promise(() => {}),
  });
  const start = performance.now();
  await Promise.all(
    [refusing.add(1, 200), hanging.add(1, 200)].map((added) =>
      expect(added).rejects.toBeInstanceOf(StoreUnavailable),
    ),
  );
  expect(performance.now() - start).toBeGreaterThanOrEqual(195);
  await Promise.all([refusing.idle(), hanging.idle()]);
  expect([refusing.size, hanging.size]).toEqual([0, 0]);
});

async function writeAllButThirteen(rows: readonly number[]): Promise<readonly number[]> {
  if (rows.includes(13)) throw Object.assign(new Error("invalid"), { code: "22P05" });
  return rows;
}

test("a row at fault fails alone", async () => {
  const writer = createBatchWriter({ ...settings, write: writeAllButThirteen });
  const added = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => writer.add(index, DEADLINE)),
  );
  expect(added.flatMap(({ status }, index) => (status === "rejected" ? [index] : []))).toEqual([13]);
});

test("whatever fails, each row is answered once, and never acknowledged without being stored", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom("stored", "lost before", "lost after"), { maxLength: 5 }),
      fc.integer({ min: 1, max: 60 }),
      async (fate, count) => {
        const stored = new Set<number>();
        const writer = createBatchWriter({
          ...settings,
          maxRows: 7,
          random: () => 0,
          write: async (rows: readonly number[]) => {
            await new Promise(setImmediate);
            const happens = fate.shift() ?? "stored";
            if (happens === "lost before") throw lost();
            for (const row of rows) stored.add(row);
            // The ambiguous one: stored, and nobody was told.
            if (happens === "lost after") throw lost();
            return rows;
          },
        });
        const acknowledge = async (row: number) => {
          expect(await writer.add(row, DEADLINE)).toBe(row);
          expect(stored.has(row)).toBe(true);
        };
        await Promise.all(Array.from({ length: count }, (_, row) => acknowledge(row)));
        expect(writer.size).toBe(0);
      },
    ),
    { numRuns: 20, endOnFailure: true },
  );
});
