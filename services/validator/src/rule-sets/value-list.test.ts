import fc from "fast-check";
import { expect, test } from "vitest";

import { ValueListBuilder, type ValueList } from "./value-list.ts";

function listOf(values: Iterable<string>): ValueList {
  const builder = new ValueListBuilder();
  for (const value of values) builder.add(value);
  return builder.build();
}

const few = ["a", "b", "ab", "ba", "DE89370400440532013000", ""];

test("is the set that its changes make of it, and never changes itself", async () => {
  const value = fc.constantFrom(...few);
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(value),
      fc.array(fc.array(fc.tuple(value, fc.boolean()))),
      async (first, steps) => {
        const expected = new Set(first);
        let list = listOf(first);
        for (const changes of steps) {
          const [before, had] = [list, few.filter((value) => expected.has(value))];
          list = await before.with(changes);
          for (const [value, present] of changes) {
            if (present) expected.add(value);
            else expected.delete(value);
          }
          expect(list.size).toBe(expected.size);
          expect(few.filter((value) => list.has(value))).toEqual(few.filter((value) => expected.has(value)));
          expect(few.filter((value) => before.has(value))).toEqual(had);
        }
      },
    ),
  );
});

const account = (index: number) => `DE${String(index).padStart(20, "0")}`;

test("many changes of a long list leave others their turn", async () => {
  const list = listOf(Array.from({ length: 200_000 }, (_, index) => account(index)));
  let turns = 0;
  let counting = true;
  const count = () => {
    turns++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  const changed = await list.with(
    Array.from({ length: 20_000 }, (_, index) => [account(index + 190_000), index % 2 === 0] as const),
  );
  counting = false;
  expect(turns).toBeGreaterThan(5);
  expect(changed.size).toBe(190_000 + 5000 + 5000);
  const has = [190_000, 190_001, 200_000, 7].map((index) => changed.has(account(index)));
  expect(has).toEqual([true, false, true, true]);
  expect([list.size, list.has(account(190_001))]).toEqual([200_000, true]);
});
