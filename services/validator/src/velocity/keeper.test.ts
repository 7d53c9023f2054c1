// The windows in Redis against the decisions in PostgreSQL, while either is taken away.
import { setImmediate as turn } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { migrate } from "../database/migrator.ts";
import { openPool } from "../database/open.ts";
import type { Pool } from "../database/session.ts";
import { ACCOUNT, compare, newRow, startReplica, store, type Replica } from "./testing/replica.ts";
import { define } from "./testing/streams.ts";
import { PATIENCE } from "./testing/windows.ts";

const HOUR = 3_600_000;
const DEFINITIONS = [
  define("count", HOUR, "debtor.account"),
  define("sum", 24 * HOUR, "debtor.account"),
  define("maximum", 24 * HOUR, "debtor.account"),
  define("countDistinct", HOUR, "debtor.account", "creditor.account"),
];

const complete = (replica: Replica) =>
  until(async () => (await replica.figures()) === DEFINITIONS.length, PATIENCE);

/** Decides on and on until the work is done; returns how many decisions that were. */
async function deciding(deciders: readonly Replica[], work: () => Promise<void>): Promise<number> {
  const done = new AbortController();
  let decisions = 0;
  const loops = deciders.map(async (replica) => {
    while (!done.signal.aborted) {
      await replica.decide();
      decisions++;
      await turn();
    }
  });
  try {
    await work();
  } finally {
    done.abort();
    await Promise.all(loops);
  }
  return decisions;
}

describe.skipIf(withoutRedis)(`windows that are kept up${whyWithoutRedis}`, () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let pool: Pool;
  const replicas: Replica[] = [];

  function start(url = redis.url): Replica {
    const replica = startReplica({ redis: url, database: postgres.url(), pool, definitions: DEFINITIONS });
    replicas.push(replica);
    return replica;
  }

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await migrate({ url: postgres.url(), deadline: 30_000 });
    pool = openPool({ url: postgres.url(), name: "test", connectTimeout: 5000, max: 6 });
  });
  beforeEach(async () => {
    await redis.client.flushall();
    await pool.query("truncate decisions cascade");
  });
  afterEach(async () => {
    await Promise.all(replicas.splice(0).map((replica) => replica.close()));
  });
  afterAll(async () => {
    await pool?.end();
    await redis?.stop();
    await postgres?.stop();
  });

  test("an empty Redis is filled from the database, back to the beginning of the longest window", async () => {
    const replica = start();
    await until(() => replica.cache.state.status === "ready", PATIENCE);
    const now = Date.now();
    for (const hours of [0.1, 0.5, 0.9, 1.5, 20, 23.9, 24.1, 40]) {
      const row = newRow(ACCOUNT, now - hours * HOUR);
      await store(pool, row, true);
    }
    expect((await replica.decide()).size, "nothing is complete yet").toBe(0);
    replica.keeper.start();
    await complete(replica);
    const { seen, expected } = await compare(pool, replica, DEFINITIONS);
    expect(seen).toEqual(expected);
    expect(new Map(seen).get("count 3600000 debtor.account")).toBe(5n);
  });

  test("a Redis that is killed and comes back empty is away, then right, while decisions go on", async () => {
    const [a, b] = [start(), start()];
    for (const { keeper } of [a, b]) keeper.start();
    await Promise.all([complete(a), complete(b)]);
    const decisions = await deciding([a, b], async () => {
      await until(
        async () => (await pool.query("select id from decisions limit 51")).rowCount > 50,
        PATIENCE,
      );
      await redis.kill();
      await until(() => a.cache.state.status === "away" && b.cache.state.status === "away", PATIENCE);
      expect((await a.decide()).size).toBe(0);
      await redis.start();
      await Promise.all([complete(a), complete(b)]);
    });
    expect(decisions).toBeGreaterThan(50);
    await until(
      async () => (await pool.query("select 1 from decisions where not observed")).rowCount === 0,
      PATIENCE,
    );
    const { seen, expected } = await compare(pool, a, DEFINITIONS);
    expect(seen).toEqual(expected);
  });

  test("a Redis that is emptied under its clients is right again", async () => {
    const [a, b] = [start(), start()];
    for (const { keeper } of [a, b]) keeper.start();
    await complete(a);
    await deciding([a, b], async () => {
      for (let time = 0; time < 2; time++) {
        await redis.client.flushall();
        await complete(b);
      }
    });
    await complete(a);
    const { seen, expected } = await compare(pool, b, DEFINITIONS);
    expect(seen).toEqual(expected);
  });

  test("decisions of a replica that Redis was away from are added", async () => {
    const [near, far] = [start(), start("redis://127.0.0.1:1")];
    for (const { keeper } of [near, far]) keeper.start();
    await complete(near);
    for (let index = 0; index < 20; index++) {
      await near.decide();
      expect((await far.decide({ key: `k${index}` })).size).toBe(0);
    }
    await until(
      async () => (await pool.query("select 1 from decisions where not observed")).rowCount === 0,
      PATIENCE,
    );
    const { seen, expected } = await compare(pool, near, DEFINITIONS);
    expect(seen).toEqual(expected);
    expect(new Map(seen).get("count 3600000 debtor.account")).toBe(41n);
  });

  test("while decisions of long ago are missing, figures are away", async () => {
    const replica = start();
    replica.keeper.start();
    await complete(replica);
    // Held by somebody else, so that they cannot be added yet.
    const holder = await pool.connect();
    try {
      await store(pool, newRow(ACCOUNT, Date.now() - 10_000), false);
      await holder.begin("write");
      await holder.query("select 1 from decisions where not observed for update");
      await until(async () => (await replica.decide()).size === 0, PATIENCE);
    } finally {
      await holder.rollback();
      holder.release();
    }
    await complete(replica);
    const { seen, expected } = await compare(pool, replica, DEFINITIONS);
    expect(seen).toEqual(expected);
  });

  test("a new definition is filled from the database, and leaves the others alone", async () => {
    const [a, b] = [start(), start()];
    for (const { keeper } of [a, b]) keeper.start();
    await Promise.all([complete(a), complete(b)]);
    for (let index = 0; index < 10; index++) await a.decide({ at: Date.now() - index * 60_000 });
    const added = [
      ...DEFINITIONS,
      define("average", 2 * HOUR, "creditor.account"),
      define("count", 60_000, "debtor.account"),
    ];
    const decisions = await deciding([a, b], async () => {
      a.velocity.define(added);
      const size = async () => (await a.decide()).size;
      expect(await size(), "one shares what is there, the other one does not").toBe(added.length - 1);
      b.velocity.define(added);
      await until(async () => {
        const now = await size();
        expect(now).toBeGreaterThanOrEqual(added.length - 1);
        return now === added.length;
      }, PATIENCE);
    });
    expect(decisions).toBeGreaterThan(0);
    const { seen, expected } = await compare(pool, b, added);
    expect(seen).toEqual(expected);
  });

  test("a definition that is dropped is not complete, though it was being filled", async () => {
    const replica = start();
    replica.keeper.start();
    await until(async () => (await redis.client.exists("velocity:rebuild")) === 1, PATIENCE);
    replica.velocity.define(DEFINITIONS.slice(0, 2));
    await until(async () => (await replica.figures()) === 2, PATIENCE);
    replica.velocity.define(DEFINITIONS);
    expect(await replica.figures()).toBe(2);
    replica.velocity.define([]);
    expect(await redis.client.keys("velocity:coverage:*")).toEqual([]);
  });
});
