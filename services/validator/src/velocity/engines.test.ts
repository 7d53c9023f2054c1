// Windows that are kept up from MySQL; the other tests have PostgreSQL.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { startMariadb, whyWithoutMariadb, withoutMariadb, type TestMariadb } from "../../test/mariadb.ts";
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
  define("countDistinct", HOUR, "debtor.account", "creditor.account"),
];

const complete = (replica: Replica) =>
  until(async () => (await replica.figures()) === DEFINITIONS.length, PATIENCE);

describe.skipIf(withoutMariadb || withoutRedis)(
  `windows from MariaDB${whyWithoutMariadb || whyWithoutRedis}`,
  () => {
    let mariadb: TestMariadb;
    let redis: TestRedis;
    let pool: Pool;
    const replicas: Replica[] = [];

    function start(url = redis.url): Replica {
      const replica = startReplica({ redis: url, database: mariadb.url(), pool, definitions: DEFINITIONS });
      replicas.push(replica);
      return replica;
    }

    beforeAll(async () => {
      [mariadb, redis] = await Promise.all([startMariadb(), startRedis()]);
      await migrate({ url: mariadb.url(), deadline: 30_000 });
      pool = openPool({ url: mariadb.url(), name: "test", connectTimeout: 5000, max: 6 });
    }, 60_000);
    beforeEach(async () => {
      await redis.client.flushall();
      await pool.query("delete from decisions");
    });
    afterEach(async () => {
      await Promise.all(replicas.splice(0).map((replica) => replica.close()));
    });
    afterAll(async () => {
      await pool?.end();
      await redis?.stop();
      await mariadb?.stop();
    });

    test("an empty Redis is filled from the database, back to the beginning of the longest window", async () => {
      const replica = start();
      await until(() => replica.cache.state.status === "ready", PATIENCE);
      const now = Date.now();
      for (const hours of [0.1, 0.5, 0.9, 1.5, 20, 23.9, 24.1, 40]) {
        await store(pool, newRow(ACCOUNT, now - hours * HOUR), true);
      }
      replica.keeper.start();
      await complete(replica);
      const { seen, expected } = await compare(pool, replica, DEFINITIONS);
      expect(seen).toEqual(expected);
      expect(new Map(seen).get("count 3600000 debtor.account")).toBe(4n);
    });

    test("decisions of a replica that Redis was away from are added", async () => {
      const [near, far] = [start(), start("redis://127.0.0.1:1")];
      for (const { keeper } of [near, far]) keeper.start();
      await complete(near);
      for (let index = 0; index < 20; index++) {
        await near.decide();
        await far.decide({ key: `k${index}` });
      }
      await until(
        async () => (await pool.query("select id from decisions where observed = false")).rowCount === 0,
        PATIENCE,
      );
      const { seen, expected } = await compare(pool, near, DEFINITIONS);
      expect(seen).toEqual(expected);
      expect(new Map(seen).get("count 3600000 debtor.account")).toBe(41n);
    });
  },
);
