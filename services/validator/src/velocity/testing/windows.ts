// Windows in Redis for tests, and the same with limits that short streams reach.
import type { Cache } from "../../cache/cache.ts";
import { defineScript } from "../../cache/redis.ts";
import type { Aggregates } from "../aggregate.ts";
import { createRedisVelocity, type RedisVelocity } from "../redis.ts";
import { OBSERVE } from "../script.ts";
import type { Observed } from "../velocity.ts";
import { observationOf, type TestTransaction } from "./streams.ts";

/** A day ago: no replica's clock is ahead of the server's. A multiple of eight, when old entries are taken away. */
export const NOW = Math.floor(Date.now() / 8) * 8 - 86_400_000;
/** Milliseconds: nothing that a test waits for takes that long. */
export const PATIENCE = 20_000;
export const quiet = { info: () => {}, warn: () => {} };

export function velocityOn(cache: Cache, owner = "a"): RedisVelocity {
  return createRedisVelocity({ cache, owner, claimTtl: 10_000, timeout: PATIENCE });
}

/** The same script with other limits. */
export function limited(cache: Cache, limits: Record<string, number>): Cache {
  let { text } = OBSERVE;
  for (const [name, limit] of Object.entries(limits)) {
    const known = new RegExp(`local ${name} = \\d+\n`);
    if (!known.test(text)) throw new Error(`The script has no limit ${name}.`);
    text = text.replace(known, `local ${name} = ${limit}\n`);
  }
  const script = defineScript(text);
  return {
    ...cache,
    state: cache.state,
    run: (_, args) => cache.run(script, args),
    runBytes: (_, args) => cache.runBytes(script, args),
  };
}

/** Asks for a stream as a busy replica does: several at once, in their order. */
export function observeAll(velocity: RedisVelocity, stream: readonly TestTransaction[]): Promise<Observed[]> {
  return Promise.all(stream.map((one) => velocity.observe(observationOf(one), false)));
}

/** Figures in one order, to compare them. */
export function sorted(aggregates: Aggregates | undefined): [string, bigint][] {
  return [...(aggregates ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
}

export function transaction(
  member: string,
  at: number,
  changes: Partial<TestTransaction> = {},
): TestTransaction {
  return { member, at, amount: 100n, currency: "EUR", fields: { "debtor.account": "A" }, ...changes };
}
