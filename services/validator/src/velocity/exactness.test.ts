// The windows in Redis tell what those in memory do.
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import type { Cache } from "../cache/cache.ts";
import { openRedis } from "../cache/redis.ts";
import { createMemoryWindows } from "./memory.ts";
import {
  DEFINITIONS,
  markComplete,
  observationOf,
  streams,
  type TestTransaction,
} from "./testing/streams.ts";
import {
  limited,
  NOW,
  observeAll,
  PATIENCE,
  quiet,
  sorted,
  transaction,
  velocityOn,
} from "./testing/windows.ts";

/** Values with few entries, with many, and with as many as make the difference. */
const SIZES = [16, 0, 4];

describe.skipIf(withoutRedis)(`exact windows${whyWithoutRedis}`, () => {
  let redis: TestRedis;
  const caches: Cache[] = [];

  async function connect(timeout = PATIENCE): Promise<Cache> {
    const cache = openRedis({ url: redis.url, timeout, log: quiet, name: "test" });
    caches.push(cache);
    await until(() => cache.state.status === "ready", PATIENCE);
    return cache;
  }

  beforeAll(async () => {
    redis = await startRedis();
  });
  beforeEach(async () => {
    await redis.client.flushall();
  });
  afterEach(() => {
    for (const cache of caches.splice(0)) cache.close();
  });
  afterAll(() => redis?.stop());

  test.each(SIZES)(
    "figures are those of the windows in memory: late, repeated and unordered (%d)",
    async (small) => {
      const cache = limited(await connect(), { SMALL: small });
      const velocity = velocityOn(cache);
      velocity.define(DEFINITIONS);
      await fc.assert(
        fc.asyncProperty(streams(NOW, 60), async (stream) => {
          await redis.client.flushall();
          await markComplete(cache, velocity.layout);
          const memory = createMemoryWindows(DEFINITIONS);
          const expected = stream.map((one) => memory.observe(observationOf(one)));
          const seen = await observeAll(velocity, stream);
          expect(seen.map(({ aggregates }) => sorted(aggregates))).toEqual(
            expected.map((aggregates) => sorted(aggregates)),
          );
        }),
        { numRuns: 50 },
      );
    },
  );

  test.each(SIZES)("what was added in any order is in the figures of what follows (%d)", async (small) => {
    const cache = limited(await connect(), { SMALL: small });
    const velocity = velocityOn(cache);
    velocity.define(DEFINITIONS);
    const split = fc.array(fc.constantFrom("add", "observe"), { minLength: 40, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(streams(NOW, 40), split, async (stream, how) => {
        await redis.client.flushall();
        await markComplete(cache, velocity.layout);
        // Members are observed at one time only here: which of two comes first depends on the order.
        const times = new Map<string, TestTransaction>();
        for (const one of stream) if (!times.has(one.member)) times.set(one.member, one);
        const once = stream.map(({ member }) => times.get(member) as TestTransaction);
        await observeAll(
          velocity,
          once.filter((_, index) => how[index] === "observe"),
        );
        const added = once.filter((_, index) => how[index] === "add").map(observationOf);
        await velocity.add(added.toReversed());
        await velocity.add(added.slice(0, 10));

        const last = transaction("last", NOW + 4_000_000, {
          fields: { "debtor.account": "A", ip: "192.0.2.1" },
        });
        for (const at of [NOW + 10_000, NOW + 30_000, NOW + 200_000]) {
          const memory = createMemoryWindows(DEFINITIONS);
          for (const one of once) memory.observe(observationOf(one));
          const probe = { ...last, member: `probe ${at}`, at };
          const [seen] = await observeAll(velocity, [probe]);
          const expected = memory.observe(observationOf(probe));
          expect(sorted(seen?.aggregates)).toEqual(sorted(expected));
          once.push(probe);
        }
      }),
      { numRuns: 50 },
    );
  });

  test("a total that has far to go is away until it has arrived, and never wrong", async () => {
    const cache = await connect();
    const velocity = velocityOn(limited(cache, { SMALL: 2, STEP: 3 }));
    const definitions = DEFINITIONS.filter(({ function: name }) => name === "sum" || name === "average");
    velocity.define(definitions);
    let away = 0;
    await fc.assert(
      fc.asyncProperty(streams(NOW, 60), async (stream) => {
        await redis.client.flushall();
        await markComplete(cache, velocity.layout);
        const memory = createMemoryWindows(definitions);
        for (const [index, one] of stream.entries()) {
          const expected = memory.observe(observationOf(one));
          // The first totals are made of what is there already.
          if (index < stream.length / 2) {
            await velocity.add([observationOf(one)]);
            continue;
          }
          const { aggregates } = await velocity.observe(observationOf(one), false);
          for (const [id, figure] of aggregates) expect([id, figure]).toEqual([id, expected.get(id)]);
          away += definitions.length - aggregates.size;
        }
        const probe = transaction("probe", NOW + 8_000_000, {
          fields: { "debtor.account": "A", ip: "192.0.2.1" },
        });
        const expected = memory.observe(observationOf(probe));
        let last = await velocity.observe(observationOf(probe), false);
        for (let left = 60; left > 0 && last.aggregates.size < definitions.length; left--) {
          last = await velocity.observe(observationOf(probe), false);
        }
        expect(sorted(last.aggregates)).toEqual(sorted(expected));
      }),
      { numRuns: 50 },
    );
    expect(away).toBeGreaterThan(0);
  });
});
