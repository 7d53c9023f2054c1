// From decisions that are committed to alerts, one each, in their cases.
import { randomBytes } from "node:crypto";

import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { decisionRow } from "../../test/decision-rows.ts";
import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { until } from "../../test/until.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { firstIdOf } from "../decisions/ids.ts";
import type { DecisionRow } from "../decisions/row.ts";
import { createDecisionWriter, type DecisionWriter } from "../decisions/writer.ts";
import { createAlertFeed, raiseAlerts } from "./alert-feed.ts";
import { findReviewable, raiseAlert } from "./alert-repository.ts";
import { readCasesConfig } from "./config.ts";

const { due } = readCasesConfig({}, []);
const sink = { findReviewable, raise: raiseAlert };
const HOUR = 3_600_000;

onEngines("alerts", ({ start, engine }) => {
  let database: TestDatabase;
  let pools: Pools;
  let writer: DecisionWriter;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
    writer = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0" });
  });
  afterAll(async () => {
    await pools?.close();
    await database?.stop();
  });
  beforeEach(async () => {
    await clear();
    await database.query("update alert_progress set read_to = $1, swept_at = $1", [new Date()]);
  });

  async function clear(): Promise<void> {
    for (const table of ["alerts", "case_events", "cases", "decisions"])
      await database.query(`delete from ${table}`);
  }

  /** Ends the connections that are raising alerts. */
  async function cutOff(): Promise<void> {
    if (engine === "postgresql") {
      await database.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%alert_progress%' and pid <> pg_backend_pid()",
      );
      return;
    }
    const { rows } = await database.query(
      "select id from information_schema.processlist where info like '%alert%' and id <> connection_id()",
    );
    // One that has ended by itself meanwhile is not there any more.
    for (const { id } of rows) await database.query(`kill ${id}`).catch(() => {});
  }

  let accounts = 0;
  /** A decision that asks for a review, about accounts of its own unless told. */
  function review(changes: Partial<DecisionRow> = {}, at = Date.now()): DecisionRow {
    const id = firstIdOf(at).slice(0, 24) + randomBytes(6).toString("hex");
    accounts++;
    return decisionRow(null, {
      id,
      outcome: "review",
      decidedAt: at,
      debtorAccount: `debtor ${accounts}`,
      creditorAccount: `creditor ${accounts}`,
      ...changes,
    });
  }

  const raise = () => raiseAlerts({ pool: pools.administration, sink, due });
  const cases = async () =>
    (await database.query("select * from cases order by opened_at, id")).rows as Record<string, unknown>[];

  test("decisions that ask for a review get an alert, and others none", async () => {
    const outcomes = ["approve", "review", "block_and_review", "decline"] as const;
    const at = Date.now();
    await writer.write(outcomes.map((outcome, index) => review({ outcome }, at + index)));
    expect([await raise(), await raise()]).toEqual([2, 0]);
    const found = await cases();
    expect(found.map(({ severity, state, alerts }) => [severity, state, alerts])).toEqual([
      ["review", "pending", 1],
      ["block_and_review", "pending", 1],
    ]);
    const minutes = found.map(({ due_at, opened_at }) => (Number(due_at) - Number(opened_at)) / 60_000);
    expect(minutes).toEqual([1440, 240]);
  });

  test("alerts about one account, or one counterparty, come to one case, which is as urgent as the worst of them", async () => {
    const at = Date.now();
    const about = { debtorAccount: "his", creditorAccount: "hers" };
    await writer.write([review({ ...about, score: 10 }, at)]);
    await raise();
    await writer.write([
      review({ debtorAccount: "his", score: 90, outcome: "block_and_review" }, at + 1000),
      review({ creditorAccount: "hers", score: 20 }, at + 2000),
      review({ debtorAccount: "hers", score: 20 }, at + 3000),
    ]);
    await raise();
    const [first, second] = await cases();
    expect(first).toMatchObject({ alerts: 3, score: 90, severity: "block_and_review", revision: 3 });
    expect(Number(first?.["due_at"])).toBe(at + 1000 + due.block_and_review);
    expect(second, "the other side's account is another matter").toMatchObject({
      alerts: 1,
      account: "hers",
    });
    const { rows } = await database.query(
      "select kind, details from case_events where case_id = $1 order by id",
      [first?.["id"]],
    );
    expect(rows.map(({ kind }) => kind)).toEqual(["opened", "alert_added", "alert_added"]);
  });

  test("a case that is closed, a day old or full takes in no more", async () => {
    const at = Date.now();
    const about = { debtorAccount: "busy" };
    const next = async () => {
      await writer.write([review(about, at)]);
      await raise();
      return (await cases()).length;
    };
    expect(await next()).toBe(1);
    await database.query(
      `update cases set state = 'closed', closed_by = 'x', closed_at = current_timestamp, outcome = 'false_positive'`,
    );
    expect(await next()).toBe(2);
    await database.query("update cases set last_alert_at = $1", [new Date(at - 25 * HOUR)]);
    expect(await next()).toBe(3);
    await database.query("update cases set alerts = 100");
    expect(await next()).toBe(4);
    expect(await next()).toBe(4);
  });

  test("what is committed late, or by a clock that is off, gets its alert as well, and nothing gets two", async () => {
    const now = Date.now();
    await writer.write([review()]);
    await raise();
    await writer.write([review({}, now - 20_000), review({}, now + 20_000), review({}, now - HOUR / 2)]);
    expect([await raise(), await raise()]).toEqual([2, 0]);
    await database.query("update alert_progress set swept_at = $1", [new Date(Date.now() - 301_000)]);
    expect([await raise(), await raise()], "the sweep finds the third").toEqual([1, 0]);
  });

  test("what was decided while nobody looked is caught up with, page by page", async () => {
    const began = Date.now() - 5 * HOUR;
    await database.query("update alert_progress set read_to = $1", [new Date(began)]);
    const rows = Array.from({ length: 120 }, (_, index) => review({}, began + index * 30_000));
    await writer.write(rows);
    const raised: number[] = [];
    while (raised.at(-1) !== 0) raised.push(await raise());
    expect(raised).toEqual([50, 50, 20, 0]);
  });

  test("whoever looks at once, and whatever is cut off: one alert for each decision", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(5), { minLength: 1, maxLength: 12 }), async (accountsOf) => {
        await clear();
        const rows = accountsOf.map((account) => review({ debtorAccount: `account ${account}` }));
        const attempts = Array.from({ length: 4 }, () => raise().catch(() => 0));
        const writing = Promise.all(rows.map((each) => writer.write([each])));
        const cut = cutOff();
        await Promise.all([writing, cut, ...attempts]);
        await until(async () => (await raise().catch(() => 1)) === 0, 10_000);
        const { rows: alerts } = await database.query(
          "select decision_id as id from alerts order by decision_id",
        );
        expect(alerts.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).toSorted());
        const found = await cases();
        expect(found).toHaveLength(new Set(accountsOf).size);
        expect(found.reduce((sum, { alerts: count }) => sum + Number(count), 0)).toBe(rows.length);
      }),
      { numRuns: 8, endOnFailure: true },
    );
  });

  test("it looks by itself, goes on when the database comes back, and stops", async () => {
    const warnings: string[] = [];
    const feed = createAlertFeed({
      pool: pools.administration,
      sink,
      due,
      log: { warn: (_, message) => void warnings.push(message) },
    });
    feed.start();
    try {
      await writer.write([review()]);
      await until(async () => (await cases()).length === 1, 5000);
      await database.kill();
      await until(() => warnings.length > 0, 10_000);
      await database.start();
      await until(async () => (await writer.write([review()]).catch(() => [])).length === 1, 10_000);
      await until(async () => (await cases()).length === 2, 10_000);
      expect(warnings).toEqual(["alerts could not be raised; trying again"]);
    } finally {
      await feed.stop();
    }
  });
});
