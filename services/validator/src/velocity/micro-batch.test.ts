import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { createMicroBatch } from "./micro-batch.ts";

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "setImmediate", "performance"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

function recorded(sent: number[][]) {
  return createMicroBatch<number, number>({
    send: async (items) => {
      sent.push([...items]);
      return items;
    },
    maxItems: 100,
    maxInFlight: 2,
    timeout: 50,
    late: -1,
  });
}

test("a lone item waits for nobody, and what comes soon after it shares a batch", async () => {
  const sent: number[][] = [];
  const batch = recorded(sent);
  const first = batch.add(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual([[1]]);
  const second = batch.add(2);
  await vi.advanceTimersByTimeAsync(1);
  const third = batch.add(3);
  expect(sent).toEqual([[1]]);
  await vi.advanceTimersByTimeAsync(2);
  expect(sent).toEqual([[1], [2, 3]]);
  expect(await Promise.all([first, second, third])).toEqual([1, 2, 3]);
});

test("enough items do not wait", async () => {
  const sent: number[][] = [];
  const batch = recorded(sent);
  void batch.add(0);
  await vi.advanceTimersByTimeAsync(0);
  const many = Array.from({ length: 40 }, (_, index) => batch.add(index));
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.map(({ length }) => length)).toEqual([1, 40]);
  await Promise.all(many);
});

test("what nobody answers in time is late, also while it waits", async () => {
  const batch = createMicroBatch<number, number>({
    send: () => new Promise(() => {}),
    maxItems: 1,
    maxInFlight: 1,
    timeout: 50,
    late: -1,
  });
  const answers = Promise.all([batch.add(1), batch.add(2)]);
  await vi.advanceTimersByTimeAsync(60);
  expect(await answers).toEqual([-1, -1]);
});
