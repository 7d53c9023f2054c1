// Alterations are found where the trail is in MySQL; the other tests have PostgreSQL.
import { randomUUIDv7 } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { decisionRow } from "../../test/decision-rows.ts";
import { startMariadb, whyWithoutMariadb, withoutMariadb, type TestMariadb } from "../../test/mariadb.ts";
import { until } from "../../test/until.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { connect } from "../database/open.ts";
import { openPools, type Pools } from "../database/pools.ts";
import type { Connection } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { createDecisionWriter } from "../decisions/writer.ts";
import { recordAct } from "./acts.ts";
import { writeAnchor, type WrittenAnchor } from "./anchors.ts";
import type { KeptAnchor } from "./verify-anchors.ts";
import { type AuditReport, verifyAudit } from "./verify.ts";

const of = ({ findings }: AuditReport) => findings.map(({ table, id, what }) => `${table} ${id} ${what}`);

const other = (column: string, type: string) => {
  if (column === "ids") return `json_array_append(ids, '$', '${randomUUIDv7()}')`;
  if (column === "outcome") return "'decline'";
  if (type === "char") return `'${randomUUIDv7()}'`;
  if (type.endsWith("int")) return `coalesce(${column}, 0) + 1000`;
  if (type === "binary" || type === "longblob") return `unhex(sha2(${column}, 256))`;
  if (type === "longtext") return `'{"a":1}'`;
  if (type === "datetime") return `${column} + interval 1 microsecond`;
  return `concat(coalesce(${column}, ''), 'x')`;
};

describe.skipIf(withoutMariadb)(`the audit trail on MariaDB${whyWithoutMariadb}`, () => {
  let mariadb: TestMariadb;
  let pools: Pools;
  let client: Connection;
  const anchors: WrittenAnchor[] = [];
  /** Decisions in the order in which they were written, four to a link, all of one chain. */
  const ids: string[] = [];

  beforeAll(async () => {
    mariadb = await startMariadb();
    await migrate({ url: mariadb.url(), deadline: 20_000 });
    pools = openPools(readConfig({ DATABASE_URL: mariadb.url() }), { warn: () => {} });
    client = await connect({ url: mariadb.url(), name: "test", connectTimeout: 5000 });
    const { write } = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0.1.0" });
    for (let batch = 0; batch < 6; batch++) {
      const now = Date.now();
      const rows = Array.from({ length: 4 }, (_, index) =>
        decisionRow(index === 0 ? `key ${batch}` : null, { receivedAt: now, decidedAt: now }),
      );
      await write(rows);
      ids.push(...rows.map(({ id }) => id));
      const act = { actor: "ann", act: "list.changed", subject: "lists/a", details: { batch } };
      await inTransaction(pools.administration, "write", (session) => recordAct(session, act));
      if (batch % 2 === 0) continue;
      // Anchors are half a second apart at least.
      await until(async () => {
        const written = await writeAnchor(pools.lookup);
        if (written !== undefined) anchors.push(written);
        return written !== undefined;
      }, 10_000);
    }
  }, 60_000);
  afterAll(async () => {
    client?.release();
    await pools?.close();
    await mariadb?.stop();
  });

  /** What verifying says of the database after `sql`, which is then undone. */
  async function after(sql: string, kept: KeptAnchor[] = []): Promise<AuditReport> {
    await client.begin("write");
    try {
      await client.query(sql);
      return await verifyAudit(client, { kept });
    } finally {
      await client.rollback();
    }
  }

  test("what nobody has touched is sound, and counted", async () => {
    const report = await verifyAudit(client);
    expect(report).toMatchObject({ sound: true, total: 0, decisions: 24, acts: 7, links: 13, anchors: 3 });
    expect(report.newestAnchor).toEqual({ number: 3, hash: anchors.at(-1)?.hash });
    const since = await verifyAudit(client, { since: Date.now() });
    expect(since).toMatchObject({ sound: true, decisions: 0, acts: 0 });
  });

  test.each([
    ["decisions", () => `id = '${ids[9]}'`],
    ["audit_events", () => "details = '{\"batch\":3}'"],
    ["audit_links", () => `ids like '%${ids[9]}%'`],
    ["audit_anchors", () => "number = 2"],
  ])("a change of any column of %s is found", async (table, where) => {
    const { rows } = await client.query<{ name: string; type: string }>(
      `select column_name as name, data_type as type from information_schema.columns
       where table_schema = database() and table_name = $1`,
      [table],
    );
    // Whether the windows have a decision changes, and is no part of it.
    const columns = rows.filter(({ name }) => name !== "observed");
    expect(columns.length).toBeGreaterThan(5);
    for (const { name, type } of columns) {
      const report = await after(`update ${table} set ${name} = ${other(name, type)} where ${where()}`);
      expect(report.sound, `${table}.${name}`).toBe(false);
    }
  });

  test("what is deleted is named", async () => {
    const row = await after(`delete from decisions where id = '${ids[9]}'`);
    expect(of(row)).toEqual([expect.stringMatching(`decisions ${ids[9]} is missing: link .+ 3 holds it`)]);
    const act = await after("delete from audit_events where details = '{\"batch\":5}'");
    expect(of(act)).toEqual([expect.stringMatching(/^audit_events \S+ is missing/)]);
    const link = await after(`delete from audit_links where ids like '%${ids[9]}%'`);
    expect(of(link).join("\n")).toMatch(/follows link \S+ 3, which is missing/);
    const end = await after(`delete from audit_links where sequence = 6 and ids like '%${ids[23]}%';
      delete from decisions where link_sequence = 6`);
    expect(of(end)).toEqual([expect.stringMatching(/^audit_links \S+ 6 is missing: anchor 3 holds it/)]);
    const kept = anchors.slice(2);
    const anchor = await after("delete from audit_anchors where number = 3", kept);
    expect(of(anchor)).toContain(`audit_anchors 3 is missing: ${kept[0]?.hash} was kept of it`);
  });

  test("what was put in is found", async () => {
    const columns = (
      await client.query<{ name: string }>(
        `select column_name as name from information_schema.columns
         where table_schema = database() and table_name = 'decisions'`,
      )
    ).rows.map(({ name }) => name);
    const copied = columns.filter((name) => name !== "id" && name !== "idempotency_key").join(", ");
    const id = randomUUIDv7();
    const row = await after(
      `insert into decisions (id, ${copied}) select '${id}', ${copied} from decisions where id = '${ids[9]}'`,
    );
    expect(of(row)).toEqual([expect.stringMatching(`decisions ${id} was put in: link .* does not hold it`)]);
    const act = await after(`insert into audit_events
      select '${id}', actor, act, subject, details, at, row_hash from audit_events limit 1`);
    expect(of(act)).toEqual([expect.stringMatching(/was put in: no link holds it/)]);
    const chain =
      await after(`insert into audit_links select '${id}', 1, null, null, previous, ids, row_hashes,
      written_at, transaction_id, hash from audit_links where sequence = 1 and ids like '%${ids[0]}%'`);
    expect(of(chain).join("\n")).toMatch(/is held by no anchor: it was put in later/);
  });

  test("a chain that somebody else has written to is left, and its rows are stored all the same", async () => {
    const { write } = createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0" });
    const first = decisionRow();
    await write([first]);
    await mariadb.query(
      `insert into audit_links select chain, 2, follows_chain, follows_sequence, previous, ids, row_hashes, written_at,
         transaction_id, hash from audit_links where ids like $1`,
      [`%${first.id}%`],
    );
    const second = decisionRow();
    await expect(write([second])).rejects.toThrow("was written by somebody else");
    expect((await write([second]))[0]?.id).toBe(second.id);
  });
});
