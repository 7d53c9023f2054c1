import fc from "fast-check";
import { expect, test } from "vitest";

import { NOON } from "../../test/payments.ts";
import type { AggregateDefinition } from "./aggregate.ts";
import { createMemoryWindows } from "./memory.ts";
import { define, DEFINITIONS, observationOf, streams, type TestTransaction } from "./testing/streams.ts";

/** The figure as the definition's words have it, with no regard to what it costs. */
function figure(
  definition: AggregateDefinition,
  observed: readonly TestTransaction[],
  last: TestTransaction,
): bigint {
  const { function: name, key, of, window } = definition;
  if (last.fields[key] === undefined) return 0n;
  const inside = ({ at }: TestTransaction) => at > last.at - window;
  const ofKey = observed.filter(({ fields }) => fields[key] === last.fields[key]);
  if (name === "countDistinct") {
    const values = ofKey.filter(inside).map(({ fields }) => fields[of as string]);
    return BigInt(new Set(values.filter((value) => value !== undefined)).size);
  }
  const alike = ofKey.filter(({ currency }) => name === "count" || currency === last.currency);
  if (name === "maximum") {
    return alike.filter(inside).reduce((most, { amount }) => (amount > most ? amount : most), 0n);
  }
  const firsts = new Map<string, TestTransaction>();
  for (const one of alike) if (!firsts.has(one.member)) firsts.set(one.member, one);
  const counted = [...firsts.values()].filter((one) => inside(one) || one.member === last.member);
  const sum = counted.reduce((all, { amount }) => all + amount, 0n);
  if (name === "count") return BigInt(counted.length);
  return name === "sum" ? sum : sum / BigInt(counted.length);
}

test("figures are what the definitions say", () => {
  fc.assert(
    fc.property(streams(NOON, 60), (stream) => {
      const memory = createMemoryWindows(DEFINITIONS);
      for (const [index, one] of stream.entries()) {
        const expected = DEFINITIONS.map((definition) => [
          definition.id,
          figure(definition, stream.slice(0, index + 1), one),
        ]);
        expect([...memory.observe(observationOf(one))]).toEqual(expected);
      }
    }),
  );
});

test("a window is open at its beginning and closed at its end", () => {
  const memory = createMemoryWindows([define("count", 1000, "debtor.account")]);
  const count = (at: number) => {
    const one = { member: String(at), at, amount: 1n, currency: "EUR", fields: { "debtor.account": "A" } };
    return memory.observe(observationOf(one)).get("count 1000 debtor.account");
  };
  const times = [0, 1, 1000, 1001, 2000];
  expect(times.map((milliseconds) => count(NOON + milliseconds))).toEqual([1n, 2n, 2n, 2n, 2n]);
});

test("a key with very many transactions takes no longer for each", () => {
  const memory = createMemoryWindows([define("sum", 5000, "ip"), define("maximum", 5000, "ip")]);
  let last: bigint | undefined;
  for (let index = 0; index < 100_000; index++) {
    const one = {
      member: String(index),
      at: NOON + index,
      amount: 5n,
      currency: "EUR",
      fields: { ip: "192.0.2.1" },
    };
    last = memory.observe(observationOf(one)).get("sum 5000 ip");
  }
  expect(last).toBe(25_000n);
});

test("what is forgotten is not missed", () => {
  fc.assert(
    fc.property(
      streams(NOON, 60),
      fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }),
      (stream, forgets) => {
        const [all, some] = [createMemoryWindows(DEFINITIONS), createMemoryWindows(DEFINITIONS)];
        let newest = 0;
        for (const [index, transaction] of stream.entries()) {
          const observation = observationOf(transaction);
          // What comes a minute late or more may be counted wrongly; a member that comes again is not in a backtest.
          if (observation.at < newest - 60_000 || index !== Number(observation.member.slice(1))) continue;
          newest = Math.max(newest, observation.at);
          expect(some.observe(observation)).toEqual(all.observe(observation));
          if (forgets[index]) some.forget(newest);
        }
        expect(some.size).toBeLessThanOrEqual(all.size);
      },
    ),
  );
});

test("keys that nobody uses any more take no room", () => {
  const windows = createMemoryWindows([define("count", 1000, "debtor.account")]);
  for (let index = 0; index < 100; index++) {
    const fields = { "debtor.account": `account ${index}` };
    windows.observe(
      observationOf({ member: `m${index}`, at: NOON + index * 10_000, amount: 1n, currency: "EUR", fields }),
    );
    windows.forget(NOON + index * 10_000);
  }
  expect(windows.size).toBe(7);
});
