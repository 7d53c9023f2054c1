import fc from "fast-check";
import { expect, test } from "vitest";

import { dueHeads, nextDue, planLanes, type Waiting } from "./lanes.ts";

interface Item extends Waiting {
  readonly number: number;
}

const at = (time: number) => new Date(time);

test("the first that waits of a key holds up the rest of the key, and nothing else", () => {
  const waiting: Waiting[] = [
    { number: 4, key: "a", attempts: 0, nextAt: undefined },
    { number: 2, key: "a", attempts: 1, nextAt: at(50) },
    { number: 3, key: "b", attempts: 1, nextAt: at(10) },
  ];
  expect(dueHeads(waiting, at(20)).map(({ number }) => number)).toEqual([3]);
  expect(nextDue(waiting, at(0))).toEqual(at(10));
  expect(dueHeads(waiting, at(50)).map(({ number }) => number)).toEqual([2, 3]);
  const { lanes, behind } = planLanes(
    [5, 6, 7, 4].map((number) => ({ number, key: number === 6 ? "a" : "c" })),
    waiting,
  );
  expect(lanes.map((lane) => lane.map(({ number }) => number))).toEqual([[5, 7]]);
  expect(behind.map(({ number }) => number)).toEqual([6]);
});

/** What a courier does, without a network: attempts end as `succeeds` says, and are given up after three. */
function deliver(keys: readonly string[], page: number, succeeds: () => boolean) {
  const log = keys.map((key, index) => ({ number: index + 1, key }));
  const delivered: number[] = [];
  const dead: number[] = [];
  let waiting: Item[] = [];
  let handled = 0;
  for (let time = 0; handled < log.length || waiting.length > 0; time++) {
    const items = log.slice(handled, handled + page);
    const { lanes, behind } = planLanes(
      items.map((item) => ({ ...item, attempts: 0, nextAt: undefined })),
      waiting,
    );
    const heads = dueHeads(waiting, at(time)).map((head) => [head]);
    const kept = new Map(waiting.map((item) => [item.number, item]));
    for (const item of behind) kept.set(item.number, item);
    for (const lane of [...heads, ...lanes]) {
      let hasFailed = false;
      for (const item of lane) {
        const { attempts, number } = item;
        if (hasFailed) kept.set(number, item);
        else if (succeeds()) {
          delivered.push(number);
          kept.delete(number);
        } else {
          hasFailed = true;
          if (attempts === 2) dead.push(number);
          if (attempts === 2) kept.delete(number);
          else kept.set(number, { ...item, attempts: attempts + 1, nextAt: at(time + 2 + attempts) });
        }
      }
    }
    waiting = [...kept.values()];
    handled += items.length;
  }
  return { delivered, dead };
}

test("whatever fails, each event is delivered once or given up, and those of a key in their order", () => {
  const failures = fc.array(fc.boolean(), { minLength: 1, maxLength: 200 });
  const keys = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 60 });
  fc.assert(
    fc.property(keys, failures, fc.integer({ min: 1, max: 12 }), (all, outcomes, page) => {
      let count = 0;
      const { delivered, dead } = deliver(all, page, () => outcomes[count++ % outcomes.length] ?? true);
      expect([...delivered, ...dead].toSorted((a, b) => a - b)).toEqual(all.map((_, index) => index + 1));
      for (const key of new Set(all)) {
        const ofKey = delivered.filter((number) => all[number - 1] === key);
        expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b));
      }
    }),
  );
});
