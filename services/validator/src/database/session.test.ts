// Both engines as the rest of the service sees them: the same questions, the same answers.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ENGINES, type TestDatabase } from "../../test/engines.ts";
import { until } from "../../test/until.ts";
import { isDeadlock, isFaultOfRows, sqlState, StoreUnavailable } from "./errors.ts";
import { connect, openPool } from "./open.ts";
import type { Connection, Pool } from "./session.ts";
import { anyText } from "./testing/text.ts";
import { inTransaction } from "./transaction.ts";

const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: null });

describe.each(ENGINES)("a session $on", ({ engine, isAbsent, start }) => {
  describe.skipIf(isAbsent)("an answer", () => {
    let database: TestDatabase;
    let pool: Pool;

    const open = (more: Partial<Parameters<typeof openPool>[0]> = {}) =>
      openPool({
        url: database.url(),
        name: "test",
        connectTimeout: 5000,
        queryTimeout: 5000,
        max: 3,
        ...more,
      });

    beforeAll(async () => {
      database = await start();
      pool = open();
      await pool.query({
        text: {
          postgresql: `create table things (id integer primary key, name text, amount bigint, flag boolean, at timestamptz,
            bytes bytea, document json)`,
          mysql: `create table things (id int primary key, name text, amount bigint, flag boolean, at datetime(6),
            bytes longblob, document longtext) character set utf8mb4 collate utf8mb4_bin`,
        },
      });
    });
    afterAll(async () => {
      await pool?.end();
      await database?.stop();
    });

    interface Thing {
      id: number;
      name: string | null;
      amount: string | null;
      flag: boolean | null;
      at: Date | null;
      bytes: Buffer | null;
      document: unknown;
    }

    const INSERT =
      "insert into things (id, name, amount, flag, at, bytes, document) values ($1, $2, $3, $4, $5, $6, $7)";

    test("whatever is written is read again, in the same types", async () => {
      const thing = fc.record({
        name: option(anyText),
        amount: option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
        flag: option(fc.boolean()),
        at: option(
          fc.date({ min: new Date("1000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
        ),
        bytes: option(fc.uint8Array().map((bytes) => Buffer.from(bytes))),
        document: option(fc.record({ a: fc.array(fc.integer()), b: fc.stringMatching(/^[^\0]*$/) })),
      });
      await fc.assert(
        fc.asyncProperty(thing, async ({ name, amount, flag, at, bytes, document }) => {
          await pool.query("delete from things where id = $1", [1]);
          await pool.query(INSERT, [1, name, amount, flag, at, bytes, document]);
          const { rows, rowCount } = await pool.query<Thing>({
            text: "select * from things where id = any($1) limit $2",
            values: [[1], 5],
            json: ["document"],
          });
          expect(rowCount).toBe(1);
          expect(rows[0]).toEqual({
            id: 1,
            name,
            amount: amount?.toString() ?? null,
            flag,
            at,
            bytes,
            document,
          });
        }),
        { numRuns: 60 },
      );
    });

    test("lists, counts, and what an update has found", async () => {
      await pool.query("delete from things where id <> all($1)", [[]]);
      for (const id of [1, 2, 3]) await pool.query(INSERT, [id, `name ${id}`, id, true, null, null, null]);
      const count = async (text: string, values: unknown[]) =>
        (
          await pool.query<{ n: number }>({
            text: `select count(*) as n from things ${text}`,
            values,
            numbers: ["n"],
          })
        ).rows[0]?.n;
      expect(await count("where id = any($1)", [[1, 3, 9]])).toBe(2);
      expect(await count("where id = any($1)", [[]])).toBe(0);
      expect(await count("where id <> all($1)", [[1]])).toBe(2);
      expect(await count("where $1::text is null or name = $1", [null])).toBe(3);
      const again = await pool.query("update things set flag = true where id = any($1)", [[1, 2]]);
      expect(again.rowCount, "though nothing is different").toBe(2);
      expect((await pool.query("delete from things where id = 9")).rowCount).toBe(0);
      expect((await pool.query<{ n: string }>("select count(*) as n from things")).rows).toEqual([
        { n: "3" },
      ]);
    });

    test("what the rows are at fault for is told from all else", async () => {
      const failure = (text: string, values?: unknown[]) =>
        pool.query(text, values).then(
          () => undefined,
          (error: unknown) => error,
        );
      await pool.query("delete from things");
      await pool.query("insert into things (id) values (1)");
      expect(isFaultOfRows(await failure("insert into things (id) values (1)"))).toBe(true);
      expect(isFaultOfRows(await failure("insert into things (id) values (99999999999)"))).toBe(true);
      expect(isFaultOfRows(await failure("insert into things (id, name) values (2, $1)", ["a\0b"]))).toBe(
        true,
      );
      const missing = await failure("select * from nothing");
      expect([isFaultOfRows(missing), sqlState(missing)]).toEqual([
        false,
        engine === "mysql" ? "42S02" : "42P01",
      ]);
    });

    test("a transaction is all or nothing, and one that reads sees one moment", async () => {
      await pool.query("delete from things");
      const failing = inTransaction(pool, "write", async (session) => {
        await session.query("insert into things (id) values (1)");
        await session.query("insert into things (id) values (1)");
      });
      await expect(failing).rejects.toSatisfy(isFaultOfRows);
      expect((await pool.query("select id from things")).rowCount).toBe(0);
      const counts = await inTransaction(pool, "consistent read", async (session) => {
        const before = await session.query("select id from things");
        await pool.query("insert into things (id) values (2)");
        return [before.rowCount, (await session.query("select id from things")).rowCount];
      });
      expect(counts).toEqual([0, 0]);
      const writing = inTransaction(pool, "consistent read", (session) =>
        session.query("insert into things (id) values (3)"),
      );
      await expect(writing).rejects.toMatchObject({
        cause: { message: expect.stringMatching(/read.only/i) },
      });
      await inTransaction(pool, "write", async (session) => {
        expect((await session.query("select id from things")).rowCount).toBe(1);
        await pool.query("insert into things (id) values (3)");
        expect((await session.query("select id from things")).rowCount, "each statement its own").toBe(2);
      });
    });

    test("two transactions that wait for each other both take place", async () => {
      await pool.query("delete from things");
      await pool.query("insert into things (id, amount) values (1, 0), (2, 0)");
      let both = 0;
      const met = Promise.withResolvers<void>();
      const add = (first: number, second: number) =>
        inTransaction(pool, "write", async (session) => {
          await session.query("update things set amount = amount + 1 where id = $1", [first]);
          if (++both === 2) met.resolve();
          await met.promise;
          await session.query("update things set amount = amount + 1 where id = $1", [second]);
        });
      await Promise.all([add(1, 2), add(2, 1)]);
      const { rows } = await pool.query<{ amount: string }>("select amount from things");
      expect(rows.map(({ amount }) => amount)).toEqual(["2", "2"]);
      expect(both, "one of them more than once").toBeGreaterThan(2);
      expect(isDeadlock(new Error("another"))).toBe(false);
    });

    test("many rows come a page at a time", async () => {
      await pool.query("delete from things");
      const ids = Array.from({ length: 250 }, (_, index) => index);
      await pool.query(`insert into things (id, flag) values ${ids.map((id) => `(${id}, true)`).join(", ")}`);
      const read = (size: number, max = Infinity) =>
        inTransaction(pool, "consistent read", async (session) => {
          const pages: { id: number; flag: boolean }[][] = [];
          const text = "select id, flag from things where id >= $1 order by id";
          for await (const rows of session.pages<{ id: number; flag: boolean }>(text, [0], size)) {
            if (pages.push(rows) >= max) break;
          }
          return pages;
        });
      expect((await read(100)).map((page) => page.length)).toEqual([100, 100, 50]);
      expect((await read(125)).flat()).toEqual(ids.map((id) => ({ id, flag: true })));
      expect(await read(10, 1).catch(() => "given up"), "whoever leaves early").toBeDefined();
      expect((await pool.query("select id from things where id < 3")).rowCount).toBe(3);
    });

    test("a pool gives out as many connections as it may, and lets nobody wait for ever", async () => {
      const small = open({ max: 1, connectTimeout: 1000 });
      try {
        const held = await small.connect();
        expect([small.totalCount, small.idleCount]).toEqual([1, 0]);
        const waiting = small.query("select 1 as one");
        expect(small.waitingCount).toBe(1);
        await expect(waiting).rejects.toBeInstanceOf(Error);
        const next = small.query<{ one: number }>("select 1 as one");
        held.release();
        expect((await next).rows).toEqual([{ one: 1 }]);
        expect([small.totalCount, small.idleCount, small.waitingCount]).toEqual([1, 1, 0]);
        const broken = await small.connect();
        broken.release(true);
        expect((await small.query("select 1 as one")).rowCount).toBe(1);
      } finally {
        await small.end();
      }
      await expect(small.query("select 1")).rejects.toBeInstanceOf(Error);
    });

    test("what takes too long is given up, here and on the server", async () => {
      const hasty = open({ queryTimeout: 200 });
      const sleep = engine === "mysql" ? "select sleep(20) as slept" : "select pg_sleep(20)";
      try {
        const began = performance.now();
        await expect(hasty.query(sleep)).rejects.toBeInstanceOf(Error);
        expect(performance.now() - began).toBeLessThan(2000);
        expect((await hasty.query("select 1 as one")).rowCount, "another connection").toBe(1);
      } finally {
        await hasty.end();
      }
      const sleeping =
        engine === "mysql"
          ? "select 1 from information_schema.processlist where info like 'select sleep%'"
          : "select from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'";
      await until(async () => (await pool.query(sleeping)).rowCount === 0, 5000);
    });

    test("a server that is killed, frozen or away: errors, and then answers again", async () => {
      const hasty = open({ queryTimeout: 500, connectTimeout: 500 });
      const one = () => hasty.query<{ one: number }>("select 1 as one").then(({ rows }) => rows[0]?.one);
      try {
        expect(await one()).toBe(1);
        database.freeze();
        try {
          // The signal takes a moment.
          await until(
            () =>
              one().then(
                () => false,
                () => true,
              ),
            5000,
          );
        } finally {
          database.thaw();
        }
        await until(() => one().then(Boolean, () => false), 5000);
        await database.kill();
        await expect(one()).rejects.toBeInstanceOf(Error);
        await expect(inTransaction(hasty, "write", () => Promise.resolve())).rejects.toBeInstanceOf(
          StoreUnavailable,
        );
        await database.start();
        await until(() => one().then(Boolean, () => false), 10_000);
      } finally {
        await hasty.end();
      }
    });

    test("an address that is wrong is told, and leaves nothing open", async () => {
      const nobody = database.url().replace(/:\d+\//, ":1/");
      await expect(connect({ url: nobody, name: "test", connectTimeout: 500 })).rejects.toBeInstanceOf(Error);
      const denied = database.url().replace(/\/\/\w+@/, "//stranger:wrong@");
      const outcome = await connect({ url: denied, name: "test", connectTimeout: 2000 }).catch(
        (error: unknown) => error,
      );
      expect(sqlState(outcome)).toBe("28000");
    });
  });
});

describe.each(ENGINES.filter(({ engine }) => engine === "mysql"))(
  "MySQL's own $on",
  ({ isAbsent, start }) => {
    describe.skipIf(isAbsent)("an answer", () => {
      let database: TestDatabase;
      let pool: Pool;

      beforeAll(async () => {
        database = await start();
        pool = openPool({
          url: database.url(),
          name: "test",
          connectTimeout: 5000,
          queryTimeout: 3000,
          max: 3,
        });
        await pool.query("create table things (id int primary key, name text)");
      });
      afterAll(async () => {
        await pool?.end();
        await database?.stop();
      });

      test("a primary that became read-only loses all its connections, not only the one that told", async () => {
        const held = await Promise.all([pool.connect(), pool.connect()]);
        for (const connection of held) connection.release();
        const threads = async () =>
          (
            await database.query(
              "select id from information_schema.processlist where user = 'validator' order by id",
            )
          ).rows;
        const before = await threads();
        await database.query("set global read_only = on");
        try {
          await expect(pool.query("insert into things (id) values (1)")).rejects.toThrow(/read-only/);
          await until(async () => (await threads()).length === 0, 5000);
        } finally {
          await database.query("set global read_only = off");
        }
        await pool.query("insert into things (id) values (1)");
        expect(await threads()).not.toEqual(before);
      });

      test("settings do not depend on the server's own", async () => {
        await database.query("set global sql_mode = 'ANSI_QUOTES', global time_zone = '-05:00'");
        const fresh: Connection = await connect({ url: database.url(), name: "test", connectTimeout: 5000 });
        try {
          const { rows } = await fresh.query<{ text: string; hour: number }>({
            text: `select 'a' || 'b' as "text", hour(timediff(current_timestamp(6), utc_timestamp(6))) as hour,
              @@session.wait_timeout as patience`,
            numbers: ["hour", "patience"],
          });
          // Seconds for which the locks of a replica that was cut off can stay: 28,800 by default.
          expect(rows).toEqual([{ text: "ab", hour: 0, patience: 90 }]);
          await expect(fresh.query("insert into things (id) values ('no number')")).rejects.toSatisfy(
            isFaultOfRows,
          );
        } finally {
          fresh.release();
        }
      });
    });
  },
);
