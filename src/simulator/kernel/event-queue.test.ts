import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "#control/testing/schedules.ts";
import { EventQueue } from "./event-queue.ts";

test("events come by time, and in the order in which they were asked for where times are equal", () => {
  const property = fc.property(fc.array(fc.nat(20), { maxLength: 300 }), (times) => {
    const queue = new EventQueue();
    const seen: number[] = [];
    for (const [index, time] of times.entries()) queue.push(time, (a) => seen.push(a), index, 0);
    while (queue.size > 0) queue.runNext();
    const expected = [...times.keys()].sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    expect(seen).toEqual(expected);
  });
  fc.assert(property, runs(200));
});

test("it is the same as a sorted list, whatever comes and goes in between", () => {
  const operations = fc.array(fc.oneof(fc.nat(50), fc.constant("take" as const)), { maxLength: 500 });
  const property = fc.property(operations, (steps) => {
    const queue = new EventQueue();
    let list: { time: number; order: number }[] = [];
    const seen: number[] = [];
    const expected: number[] = [];
    for (const [order, step] of steps.entries()) {
      if (step !== "take") {
        queue.push(step, (a, b) => seen.push(a - b), order, 1000);
        list = [...list, { time: step, order }].sort((x, y) => x.time - y.time || x.order - y.order);
      } else if (queue.size > 0) {
        seen.push(queue.nextTime());
        queue.runNext();
        const [taken] = list.splice(0, 1);
        expected.push(taken?.time ?? NaN, (taken?.order ?? NaN) - 1000);
      }
    }
    expect(seen).toEqual(expected);
    expect(queue.size).toBe(list.length);
  });
  fc.assert(property, runs(200));
});

test("an empty queue has no next time", () => {
  expect(new EventQueue().nextTime()).toBe(Infinity);
});
