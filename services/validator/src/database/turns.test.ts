import { afterAll, beforeAll, expect, test } from "vitest";

import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { migrate } from "./migrator.ts";
import { openPool } from "./open.ts";
import type { Pool } from "./session.ts";
import { inTransaction } from "./transaction.ts";
import { takeTurn, tryTurn } from "./turns.ts";

onEngines("turns", ({ start }) => {
  let database: TestDatabase;
  let pool: Pool;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 30_000 });
    pool = openPool({
      url: database.url(),
      name: "test",
      connectTimeout: 5000,
      queryTimeout: 10_000,
      max: 4,
    });
  });
  afterAll(async () => {
    await pool?.end();
    await database?.stop();
  });

  test("one transaction has the turn until it ends, and others have other turns", async () => {
    const order: string[] = [];
    const [had, second] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = inTransaction(pool, "write", async (session) => {
      await takeTurn(session, "rules");
      had.resolve();
      await second.promise;
      order.push("first");
    });
    await had.promise;
    const free = await inTransaction(pool, "write", async (session) => [
      await tryTurn(session, "rules"),
      await tryTurn(session, "people"),
    ]);
    expect(free).toEqual([false, true]);
    const next = inTransaction(pool, "write", async (session) => {
      second.resolve();
      await takeTurn(session, "rules");
      order.push("second");
    });
    await Promise.all([first, next]);
    expect(order).toEqual(["first", "second"]);
  });

  test("a turn dies with its connection", async () => {
    const connection = await pool.connect();
    await connection.begin("write");
    await takeTurn(connection, "rules");
    connection.release(true);
    await inTransaction(pool, "write", (session) => takeTurn(session, "rules"));
  });

  test("who waits too long for a turn gives up, and the transaction is over", async () => {
    const [had, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = inTransaction(pool, "write", async (session) => {
      await takeTurn(session, "rules");
      had.resolve();
      await over.promise;
    });
    await had.promise;
    const late = inTransaction(pool, "write", (session) => takeTurn(session, "rules"));
    await expect(late).rejects.toThrow("The store did not answer in time.");
    over.resolve();
    await first;
  });
});
