// What MySQL does when commits wait for a replica: nothing is acknowledged that a failover could lose.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { decisionRow as row } from "../../test/decision-rows.ts";
import { startMariadb, whyWithoutMariadb, withoutMariadb, type TestMariadb } from "../../test/mariadb.ts";
import { until } from "../../test/until.ts";
import { verifyAudit } from "../audit/verify.ts";
import { readConfig } from "../config.ts";
import { StoreUnavailable } from "../database/errors.ts";
import { migrate } from "../database/migrator.ts";
import { connect } from "../database/open.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { inTransaction } from "../database/transaction.ts";
import { createDecisionWriter, type DecisionWriter } from "./writer.ts";

const PRIMARY = [
  "--server-id=1",
  "--log-bin=binlog",
  "--sync-binlog=0",
  "--rpl-semi-sync-master-wait-point=AFTER_SYNC",
];
const REPLICA = ["--server-id=2", "--rpl-semi-sync-slave-enabled=ON"];
const LONG = 600_000;

const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (error: unknown) => (error as Error).message,
  );

describe.skipIf(withoutMariadb)(`commits that wait for a replica${whyWithoutMariadb}`, () => {
  let primary: TestMariadb;
  let replica: TestMariadb;
  let pools: Pools;
  let writer: DecisionWriter;

  beforeAll(async () => {
    [primary, replica] = await Promise.all([startMariadb(PRIMARY), startMariadb(REPLICA)]);
    await migrate({ url: primary.url(), deadline: 20_000 });
    pools = openPools(readConfig({ DATABASE_URL: primary.url() }), { warn: () => {} });
    writer = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0" });
    const { port } = new URL(primary.url());
    await primary.query("grant replication slave on *.* to validator@'%'");
    await replica.query(`change master to master_host = '127.0.0.1', master_port = ${port},
      master_user = 'validator', master_use_gtid = slave_pos`);
  }, 60_000);
  afterAll(async () => {
    await pools?.close();
    await Promise.all([primary?.stop(), replica?.stop()]);
  });

  /** Commits wait for so many milliseconds; undefined: for nobody. */
  async function waitForReplica(milliseconds: number | undefined): Promise<void> {
    if (milliseconds !== undefined)
      await primary.query(`set global rpl_semi_sync_master_timeout = ${milliseconds}`);
    await primary.query(
      `set global rpl_semi_sync_master_enabled = ${milliseconds === undefined ? "off" : "on"}`,
    );
  }

  const status = async (name: string) =>
    (await primary.query(`show global status like 'Rpl_semi_sync_master_${name}'`)).rows[0]?.["Value"];
  const waiting = async () => Number(await status("wait_sessions"));

  test("a commit that nobody acknowledges is not answered, and leaves no thread on the server", async () => {
    await waitForReplica(LONG);
    const rows = [row(randomUUID())];
    try {
      const lost = failureOf(writer.write(rows));
      await until(async () => (await waiting()) === 1, 2000);
      expect(await lost).toMatch("timeout");
      await until(async () => (await waiting()) === 0, 3000);
      const visible = await primary.query("select id from decisions where id = $1", [rows[0]?.id]);
      expect(visible.rowCount, "is visible, on one machine only").toBe(1);
      expect(await failureOf(writer.write(rows)), "nor is it to a repetition").toMatch(/timeout|cut off/);
      await until(async () => (await waiting()) === 0, 3000);
    } finally {
      await waitForReplica(undefined);
    }
    expect((await writer.write(rows)).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  });

  test("a commit that stopped waiting is not taken for durable, though the server says it is done", async () => {
    await waitForReplica(100);
    try {
      expect(await failureOf(writer.write([row()]))).toBe("a commit was cut off before the standby had it");
      expect(await status("status"), "from now on nobody waits").toBe("OFF");
      expect(await failureOf(writer.write([row()]))).toBe("a commit was cut off before the standby had it");
      const changing = inTransaction(pools.administration, "write", (session) =>
        session.query(
          "update turns set name = 'acts' where name = 'acts'; insert into audit_epochs () values ()",
        ),
      );
      await expect(changing).rejects.toBeInstanceOf(StoreUnavailable);
    } finally {
      await waitForReplica(undefined);
    }
  });

  test("a replica that is there acknowledges, and what waited before is acknowledged with it", async () => {
    await waitForReplica(LONG);
    try {
      const rows = [row(randomUUID())];
      const lost = failureOf(writer.write(rows));
      await until(async () => (await waiting()) === 1, 2000);
      expect(await lost).toMatch("timeout");
      await replica.query("start slave io_thread");
      const again = () =>
        writer.write(rows).then(
          ([stored]) => stored?.id === rows[0]?.id,
          () => false,
        );
      await until(again, 10_000);
      const fresh = [row(), row()];
      const unacknowledged = await status("no_tx");
      expect((await writer.write(fresh)).map(({ id }) => id)).toEqual(fresh.map(({ id }) => id));
      expect(await status("no_tx")).toBe(unacknowledged);
    } finally {
      await waitForReplica(undefined);
    }
  });

  test("whatever became of those commits, the audit trail is sound", async () => {
    await writer.write([row()]);
    const connection = await connect({ url: primary.url(), name: "test", connectTimeout: 5000 });
    const report = await verifyAudit(connection).finally(() => connection.release());
    expect(report.findings).toEqual([]);
    expect(report.decisions).toBeGreaterThan(5);
  });
});
