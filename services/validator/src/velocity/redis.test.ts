import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import type { Cache } from "../cache/cache.ts";
import { openRedis } from "../cache/redis.ts";
import { coverageValue } from "./coverage.ts";
import { BACKLOG_KEY, coverageKey, type Group } from "./layout.ts";
import { createRedisVelocity, type RedisVelocity } from "./redis.ts";
import { define, DEFINITIONS, markComplete, observationOf } from "./testing/streams.ts";
import { limited, NOW, observeAll, PATIENCE, quiet, transaction, velocityOn } from "./testing/windows.ts";

describe.skipIf(withoutRedis)(`windows in Redis${whyWithoutRedis}`, () => {
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

  test("many clients at once: nothing is lost or counted twice, and each sees itself", async () => {
    const replicas = await Promise.all(
      ["a", "b", "c", "d"].map(async (owner) => velocityOn(await connect(), owner)),
    );
    const definitions = [define("count", 60_000, "debtor.account"), define("sum", 60_000, "debtor.account")];
    for (const replica of replicas) replica.define(definitions);
    await markComplete(caches[0] as Cache, (replicas[0] as RedisVelocity).layout);
    const [count, sum] = definitions.map(({ id }) => id) as [string, string];
    // Each transaction comes to two replicas.
    const seen = await Promise.all(
      replicas.flatMap((replica, index) =>
        Array.from({ length: 300 }, (_, n) => {
          const one = transaction(`m${n + 300 * (index >> 1)}`, NOW + n, { amount: 10n ** 17n + BigInt(n) });
          return replica.observe(observationOf(one), false);
        }),
      ),
    );
    const counts = seen.map(({ aggregates }) => aggregates.get(count));
    expect(counts.every((figure) => figure !== undefined && figure >= 1n && figure <= 600n)).toBe(true);
    const fresh = new Set(counts);
    expect(fresh.size, "each of the 600 was the last one once").toBe(600);
    const last = await (replicas[0] as RedisVelocity).observe(
      observationOf(transaction("last", NOW + 400)),
      false,
    );
    expect(last.aggregates.get(count)).toBe(601n);
    expect(last.aggregates.get(sum)).toBe(600n * 10n ** 17n + 299n * 300n + 100n);
  });

  test("values of any characters and lengths are told apart", async () => {
    const cache = await connect();
    const velocity = velocityOn(cache);
    const count = define("count", 60_000, "debtor.account");
    velocity.define([count]);
    await markComplete(cache, velocity.layout);
    const values = ["a b", "Zoë", "Zoè", "é".repeat(64), "é".repeat(65), "x".repeat(100), "x".repeat(101)];
    const stream = [...values, ...values].map((value, index) =>
      transaction(`m${index}`, NOW, { fields: { "debtor.account": value } }),
    );
    const seen = await observeAll(velocity, [...stream, transaction("none", NOW, { fields: {} })]);
    const counts = seen.map(({ aggregates }) => aggregates.get(count.id));
    expect(counts).toEqual([...values.map(() => 1n), ...values.map(() => 2n), 0n]);
    expect(await redis.client.keys("v:*:Zoë")).toHaveLength(1);
  });

  test("of replicas that claim one request at once, one decides it", async () => {
    const replicas = await Promise.all(
      ["a", "b", "c"].map(async (owner) => velocityOn(await connect(), owner)),
    );
    const [one, other] = replicas as [RedisVelocity, RedisVelocity];
    for (const replica of replicas) replica.define([define("count", 60_000, "debtor.account")]);
    for (let round = 0; round < 20; round++) {
      const same = observationOf(transaction(`round ${round}`, NOW));
      const seen = await Promise.all(replicas.map((replica) => replica.observe(same, true)));
      expect(seen.filter(({ claimedElsewhere }) => !claimedElsewhere)).toHaveLength(1);
      expect(seen.filter(({ observed }) => observed)).toHaveLength(1);
    }
    const mine = observationOf(transaction("mine", NOW));
    expect(await one.observe(mine, true)).toMatchObject({ claimedElsewhere: false, observed: true });
    expect(await one.observe(mine, true), "an attempt of the same owner").toMatchObject({
      claimedElsewhere: false,
    });
    expect(await other.observe(mine, true)).toMatchObject({ claimedElsewhere: true, observed: false });
    expect(await other.observe(mine, false), "without a key nothing is claimed").toMatchObject({
      observed: true,
    });
    await redis.client.del(...(await redis.client.keys("velocity:claim:*")));
    expect(await other.observe(mine, true), "once it has expired").toMatchObject({ claimedElsewhere: false });
  });

  test("a Redis that stands still keeps nobody longer than the time-out", async () => {
    const cache = await connect(2000);
    // Long enough for an answer on a busy machine, and far less than the two seconds after which the connection is given up.
    const timeout = 500;
    const outcomes: [number, string][] = [];
    const figures: [told: number, untold: number][] = [];
    const velocity = createRedisVelocity({
      cache,
      owner: "a",
      claimTtl: 1000,
      timeout,
      onObserved: (transactions, outcome) => void outcomes.push([transactions, outcome]),
      onFigures: (told, untold) => void figures.push([told, untold]),
    });
    velocity.define([define("count", 60_000, "debtor.account")]);
    await markComplete(cache, velocity.layout);
    expect((await velocity.observe(observationOf(transaction("before", NOW)), false)).aggregates.size).toBe(
      1,
    );
    redis.freeze();
    try {
      const asked = performance.now();
      const seen = await observeAll(velocity, [transaction("a", NOW), transaction("b", NOW)]);
      expect(performance.now() - asked).toBeLessThan(1500);
      expect(seen).toEqual(
        seen.map(() => ({ aggregates: new Map(), observed: false, claimedElsewhere: false })),
      );
      await until(() => cache.state.status === "away", PATIENCE);
      const again = performance.now();
      expect((await velocity.observe(observationOf(transaction("c", NOW)), true)).observed).toBe(false);
      expect(performance.now() - again, "not asked at all").toBeLessThan(timeout);
    } finally {
      redis.thaw();
    }
    await until(() => cache.state.status === "ready", PATIENCE);
    const after = await velocity.observe(observationOf(transaction("d", NOW)), false);
    expect(after.aggregates.size, "the same server, and nothing is lost").toBe(1);
    expect(outcomes).toEqual([
      [1, "observed"],
      [2, "away"],
      [1, "away"],
      [1, "observed"],
    ]);
    expect(figures).toEqual([
      [1, 0],
      [0, 2],
      [0, 1],
      [1, 0],
    ]);
  });

  test("a figure whose window is not complete is not told", async () => {
    const cache = await connect();
    const velocity = velocityOn(cache);
    const [short, long] = [
      define("count", 5000, "debtor.account"),
      define("count", 60_000, "debtor.account"),
    ];
    velocity.define([short, long]);
    const told = async (at = NOW) => {
      const { aggregates, observed } = await velocity.observe(
        observationOf(transaction(`at ${at}`, at)),
        false,
      );
      expect(observed).toBe(true);
      return [...aggregates.keys()];
    };
    expect(await told()).toEqual([]);
    const [group] = velocity.layout.groups as [Group];
    const { runId } = cache.state as { runId: string };
    await redis.client.set(coverageKey(group), coverageValue(runId, NOW - 30_000));
    expect(await told()).toEqual([short.id]);
    expect(await told(NOW + 40_000)).toEqual([short.id, long.id]);
    await redis.client.set(BACKLOG_KEY, "1");
    expect(await told(), "decisions of the last seconds are missing").toEqual([]);
    await redis.client.del(BACKLOG_KEY);
    await redis.client.set(coverageKey(group), coverageValue("f".repeat(40), 0));
    expect(await told(), "another server had them").toEqual([]);
  });

  test("keys are bounded, and go when nobody adds to them", async () => {
    const cache = limited(await connect(), { LIMIT: 50, SMALL: 4 });
    const velocity = velocityOn(cache);
    const definitions = DEFINITIONS.filter(({ window }) => window === 60_000);
    velocity.define(definitions);
    await markComplete(cache, velocity.layout);
    const stream = Array.from({ length: 200 }, (_, n) =>
      transaction(`m${n}`, NOW + 8 * n, {
        amount: BigInt(n + 1),
        fields: { "debtor.account": "A", device: `d${n}` },
      }),
    );
    await observeAll(velocity, stream);
    const { aggregates } = await velocity.observe(observationOf(transaction("last", NOW + 8 * 200)), false);
    expect(aggregates.get("count 60000 debtor.account"), "a lower bound").toBeGreaterThanOrEqual(50n);
    expect(aggregates.get("count 60000 debtor.account")).toBeLessThanOrEqual(52n);
    expect(aggregates.get("maximum 60000 debtor.account")).toBe(200n);
    const ttls = await Promise.all((await redis.client.keys("v:*")).map((key) => redis.client.pttl(key)));
    expect(ttls.length).toBeGreaterThan(3);
    for (const ttl of ttls) {
      expect(ttl).toBeGreaterThan(3_600_000);
      expect(ttl).toBeLessThan(2 * 3_600_000);
    }
  });
});
