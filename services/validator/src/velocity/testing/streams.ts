// Transactions and definitions for the tests of the windows.
import fc from "fast-check";

import type { Cache } from "../../cache/cache.ts";
import type { AggregateDefinition, Observation } from "../aggregate.ts";
import { coverageValue } from "../coverage.ts";
import { coverageKey, type Layout } from "../layout.ts";

export function define(
  name: AggregateDefinition["function"],
  window: number,
  key: string,
  of: string | null = null,
): AggregateDefinition {
  return { id: [name, window, key, of].filter(Boolean).join(" "), function: name, window, key, of };
}

export interface TestTransaction {
  member: string;
  at: number;
  amount: bigint;
  currency: string;
  fields: Record<string, string>;
}

export function observationOf({ fields, ...rest }: TestTransaction): Observation {
  return { ...rest, field: (path) => fields[path] };
}

/** Every function over two windows of one class, and one of another. */
export const DEFINITIONS: readonly AggregateDefinition[] = (
  ["count", "countDistinct", "sum", "average", "maximum"] as const
).flatMap((name) =>
  [5000, 60_000, 7_200_000].map((window) =>
    define(
      name,
      window,
      name === "sum" ? "ip" : "debtor.account",
      name === "countDistinct" ? "device" : null,
    ),
  ),
);

/** Amounts of all lengths, the longest ones too. */
const amount = fc.oneof(fc.bigInt(1n, 100_000n), fc.bigInt(1n, 10n ** 18n - 1n));

/** A stream about time `now`: some late, some again at the same or another time, most in order. */
export function streams(now: number, maxLength: number): fc.Arbitrary<TestTransaction[]> {
  const one = fc.record({
    pause: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(3000), fc.nat(90_000)),
    late: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(8000) }),
    again: fc.option(fc.nat(20), { freq: 6 }),
    sameTime: fc.boolean(),
    amount,
    currency: fc.constantFrom("EUR", "USD"),
    account: fc.constantFrom("A", "B"),
    ip: fc.option(fc.constantFrom("192.0.2.1", "192.0.2.2"), { freq: 5 }),
    device: fc.option(fc.constantFrom("d1", "d2", "d3", "é".repeat(70)), { freq: 5 }),
  });
  return fc.array(one, { minLength: 1, maxLength }).map((steps) => {
    let time = now;
    const stream: TestTransaction[] = [];
    for (const [index, { pause, late, again, sameTime, account, ip, device, ...rest }] of steps.entries()) {
      time += pause;
      const earlier = again === null ? undefined : stream[stream.length - 1 - again];
      const fields: Record<string, string> = { "debtor.account": account };
      if (ip !== null) fields["ip"] = ip;
      if (device !== null) fields["device"] = device;
      const fresh = {
        member: `m${index}`,
        at: time - late,
        amount: rest.amount,
        currency: rest.currency,
        fields,
      };
      stream.push(earlier === undefined ? fresh : { ...earlier, at: sameTime ? earlier.at : time - late });
    }
    return stream;
  });
}

/** Says that all groups are complete since ever, as a rebuild would. */
export async function markComplete(cache: Cache, layout: Layout): Promise<void> {
  if (cache.state.status === "away") throw new Error("Redis is away.");
  const { runId } = cache.state;
  for (const group of layout.groups) await cache.call("SET", coverageKey(group), coverageValue(runId, 0));
}
