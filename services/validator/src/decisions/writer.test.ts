// What the database does when commits wait for a synchronous standby.
import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { decisionRow as row } from "../../test/decision-rows.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { until } from "../../test/until.ts";
import { verifyAudit } from "../audit/verify.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { StoreUnavailable } from "../database/errors.ts";
import { connect, openPool } from "../database/open.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { inTransaction } from "../database/transaction.ts";
import { createDecisionWriter, type DecisionWriter } from "./writer.ts";

let postgres: TestPostgres;
let pools: Pools;
let writer: DecisionWriter;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
  pools = openPools(readConfig({ DATABASE_URL: postgres.url() }), { warn: () => {} });
  writer = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0" });
});
afterAll(async () => {
  await pools?.close();
  await postgres?.stop();
});

/** Commits wait for a standby of this name, which never comes; "" waits for none. */
async function waitForStandby(name: string): Promise<void> {
  await postgres.query(`alter system set synchronous_standby_names = '${name}'`);
  await postgres.query("select pg_reload_conf()");
  await until(async () => {
    const { rows } = await postgres.query("show synchronous_standby_names");
    return rows[0].synchronous_standby_names === name;
  }, 5000);
}

const waiting = async () =>
  (await postgres.query("select pid, query from pg_stat_activity where wait_event = 'SyncRep'")).rows as {
    pid: number;
    query: string;
  }[];

/** Listens at once: a rejection that nobody hears ends a process. */
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (error: unknown) => (error as Error).message,
  );

test("the same rows again are the same decisions", async () => {
  const rows = [row(randomUUID()), row(), row(randomUUID())];
  const ids = rows.map(({ id }) => id);
  expect((await writer.write(rows)).map(({ id }) => id)).toEqual(ids);
  expect((await writer.write(rows)).map(({ id }) => id)).toEqual(ids);
  const rival = row(rows[0]?.idempotencyKey);
  const fresh = row();
  expect((await writer.write([rival, fresh])).map(({ id }) => id)).toEqual([ids[0], fresh.id]);
});

test("a commit whose wait for the standby was cancelled is not taken for durable", async () => {
  await waitForStandby("absent");
  let acknowledged = false;
  const writing = writer.write([row()]).then(() => (acknowledged = true));
  try {
    await until(async () => (await waiting()).length === 1, 2000);
    // The server answers the insert with success and a warning; the row is visible, but on one machine only.
    await postgres.query("select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'");
    await until(async () => (await waiting()).some(({ query }) => query.includes("read-back")), 2000);
    expect(acknowledged).toBe(false);
  } finally {
    await waitForStandby("");
  }
  await writing;
});

test("a visible row is not acknowledged to a repetition before the standby has it", async () => {
  await waitForStandby("absent");
  const rows = [row(randomUUID())];
  try {
    const writing = writer.write(rows);
    const lost = failureOf(writing);
    await until(async () => (await waiting()).length === 1, 2000);
    await postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'",
    );
    expect(await lost).toMatch("terminat");
    expect(
      (await postgres.query("select from decisions where id = $1", [rows[0]?.id])).rowCount,
      "is visible",
    ).toBe(1);
    const again = writer.write(rows);
    const undecided = failureOf(again);
    await until(async () => (await waiting()).some(({ query }) => query.includes("read-back")), 2000);
    expect(await undecided).toMatch("timeout");
    // The connection that was given up does not stay behind on the server.
    await until(async () => (await waiting()).length === 0, 2000);
  } finally {
    await waitForStandby("");
  }
  expect((await writer.write(rows)).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
});

test("a change that was given up while it waited for the standby leaves no connection on the server", async () => {
  const pool = openPool({
    url: postgres.url(),
    name: "validator change",
    connectTimeout: 5000,
    queryTimeout: 300,
    max: 2,
  });
  await waitForStandby("absent");
  try {
    const changing = inTransaction(pool, "write", (client) => client.query("create table changed ()"));
    await expect(changing).rejects.toBeInstanceOf(StoreUnavailable);
    await until(async () => (await waiting()).length === 0, 2000);
  } finally {
    await waitForStandby("");
    await pool.end();
  }
});

test("whatever became of those commits, the audit trail is sound, and each row is in one link", async () => {
  await writer.write([row()]);
  const connection = await connect({ url: postgres.url(), name: "test", connectTimeout: 5000 });
  const report = await verifyAudit(connection).finally(() => connection.release());
  expect(report.findings).toEqual([]);
  const { rows } = await postgres.query(
    `select (select sum(cardinality(ids)) from audit_links)::int as linked,
       (select count(*) from decisions)::int + (select count(*) from audit_events)::int as written,
       exists (select from audit_links where follows_chain is not null) as forked`,
  );
  expect(rows[0]).toEqual({ linked: rows[0].written, written: rows[0].written, forked: true });
});
