// Whatever is done to the audit trail behind the service's back is found, and named.
import { randomUUIDv7 } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { decisionRow } from "../../test/decision-rows.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { until } from "../../test/until.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { connect } from "../database/open.ts";
import { openPools, type Pools } from "../database/pools.ts";
import type { Connection } from "../database/session.ts";
import { createDecisionWriter } from "../decisions/writer.ts";
import { recordAct } from "./acts.ts";
import { writeAnchor, type WrittenAnchor } from "./anchors.ts";
import type { KeptAnchor } from "./verify-anchors.ts";
import { verifyAudit, type AuditReport } from "./verify.ts";

let postgres: TestPostgres;
let pools: Pools;
let client: Connection;
const anchors: WrittenAnchor[] = [];
/** Decisions in the order in which they were written, four to a link, all of one chain. */
const ids: string[] = [];

const writer = () => createDecisionWriter(pools, { zone: "a", replica: "test", engine: "0.1.0" });

/** Anchors are half a second apart at least: asks until there is one. */
async function anchor(): Promise<void> {
  await until(async () => {
    const written = await writeAnchor(pools.lookup);
    if (written !== undefined) anchors.push(written);
    return written !== undefined;
  }, 10_000);
}

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  pools = openPools(readConfig({ DATABASE_URL: postgres.url() }), { warn: () => {} });
  client = await connect({ url: postgres.url(), name: "test", connectTimeout: 5000 });
  const { write } = writer();
  for (let batch = 0; batch < 9; batch++) {
    const now = Date.now();
    const rows = Array.from({ length: 4 }, (_, index) =>
      decisionRow(index === 0 ? `key ${batch}` : null, {
        amount: BigInt(batch * 4 + index + 1),
        transaction: JSON.stringify({
          instructedAmount: { value: String(batch * 4 + index + 1), currency: "EUR" },
          debtor: { account: { iban: "DE89370400440532013000" } },
          creditor: { account: {} },
        }),
        receivedAt: now,
        decidedAt: now,
      }),
    );
    await write(rows);
    ids.push(...rows.map(({ id }) => id));
    const act = { actor: "ann", act: "list.changed", subject: "lists/a", details: { batch } };
    await recordAct(client, act);
    if (batch % 3 === 2) await anchor();
  }
  // The last link is newer than all anchors.
  await write([decisionRow(null, { receivedAt: Date.now(), decidedAt: Date.now() })]);
});
afterAll(async () => {
  client?.release();
  await pools?.close();
  await postgres?.stop();
});

/** What verifying says of the database after `sql`, which is then undone. */
async function after(sql: string, kept: KeptAnchor[] = []): Promise<AuditReport> {
  await client.query("begin");
  try {
    await client.query(sql);
    return await verifyAudit(client, { kept });
  } finally {
    await client.query("rollback");
  }
}

const of = ({ findings }: AuditReport) => findings.map(({ table, id, what }) => `${table} ${id} ${what}`);

test("what nobody has touched is sound, and counted", async () => {
  const report = await verifyAudit(client);
  // The migration job has recorded one act itself.
  expect(report).toMatchObject({
    sound: true,
    first: null,
    total: 0,
    decisions: 37,
    acts: 10,
    links: 20,
    anchors: 3,
  });
  expect(report.newestAnchor).toEqual({ number: 3, hash: anchors.at(-1)?.hash });
  const [, second] = anchors as [WrittenAnchor, WrittenAnchor];
  expect(await after("select", [second])).toMatchObject({ sound: true });
  const since = await verifyAudit(client, { since: Date.now() });
  expect(of(since)).toEqual([]);
  expect(since).toMatchObject({ sound: true, decisions: 0, acts: 0 });
});

const OTHER: Record<string, (column: string) => string> = {
  uuid: () => `'${randomUUIDv7()}'`,
  text: (column) => (column === "outcome" ? "'decline'" : `coalesce(${column}, '') || 'x'`),
  integer: (column) => `${column} + 1`,
  bigint: (column) => `coalesce(${column}, 0) + 1000`,
  bytea: (column) => `sha256(${column})`,
  json: () => `'{"a":1}'`,
  "timestamp with time zone": (column) => `${column} + interval '1 microsecond'`,
  ARRAY: (column) => `array_append(${column}, '${randomUUIDv7()}')`,
};

test.each([
  ["decisions", () => `id = '${ids[9]}'`],
  ["audit_events", () => "details::text = '{\"batch\":3}'"],
  ["audit_links", () => `ids @> array['${ids[9]}'::uuid]`],
  ["audit_anchors", () => "number = 2"],
])("a change of any column of %s is found", async (table, where) => {
  const { rows } = await client.query<{ column_name: string; data_type: string }>(
    "select column_name, data_type from information_schema.columns where table_name = $1",
    [table],
  );
  // Whether the windows have a decision changes, and is no part of it.
  const columns = rows.filter(({ column_name: name }) => name !== "observed");
  expect(columns.length).toBeGreaterThan(5);
  for (const { column_name: column, data_type: type } of columns) {
    const other = (OTHER[type] as (column: string) => string)(column);
    const report = await after(`update ${table} set ${column} = ${other} where ${where()}`);
    expect(report.sound, `${table}.${column}`).toBe(false);
  }
});

test("an altered amount is told with what it should be", async () => {
  const report = await after(`update decisions set amount = 999 where id = '${ids[9]}'`);
  expect(of(report)).toEqual([
    `decisions ${ids[9]} was altered: its amount is 999, and its transaction says 10`,
  ]);
  expect(Date.parse(report.first?.time ?? "")).toBeGreaterThan(Date.now() - 600_000);
});

test("the earliest of several comes first", async () => {
  const altered = [ids[30], ids[5], ids[17]].map((id) => `'${id}'`).join(", ");
  const report = await after(`update decisions set outcome = 'decline' where id in (${altered})`);
  expect(report.total).toBe(3);
  expect(report.first?.id).toBe(ids[5]);
});

test("a row altered together with its row hash does not fit its link", async () => {
  const { rows } = await client.query<{ link_chain: string; link_sequence: string }>(
    "select link_chain, link_sequence from decisions where id = $1",
    [ids[9]],
  );
  const forged = "update decisions set row_hash = (select row_hash from decisions where id = $$) where id = ";
  const report = await after(forged.replace("$$", `'${ids[20]}'`) + `'${ids[9]}'`);
  expect(of(report)[0]).toMatch(`decisions ${ids[9]} was altered`);
  const link = `link_chain = '${rows[0]?.link_chain}' and link_sequence = ${rows[0]?.link_sequence}`;
  const consistent = await after(`
    update audit_links set row_hashes = sha256('a') || substring(row_hashes from 33)
      where (chain, sequence) in (select link_chain, link_sequence from decisions where ${link});`);
  expect(of(consistent).join("\n")).toMatch(/audit_links \S+ 3 was altered/);
});

test("a deleted row is named", async () => {
  const report = await after(`delete from decisions where id = '${ids[9]}'`);
  expect(of(report)).toEqual([expect.stringMatching(`decisions ${ids[9]} is missing: link .+ 3 holds it`)]);
});

test("a deleted link is missed by the next one, its rows and, at the end of a chain, by the anchors", async () => {
  const middle = await after(`delete from audit_links where ids @> array['${ids[9]}'::uuid]`);
  expect(of(middle).join("\n")).toMatch(/follows link \S+ 3, which is missing/);
  expect(of(middle).join("\n")).toMatch(`decisions ${ids[9]} names link`);

  const cut = await after(`
    delete from audit_links where chain in (select link_chain from decisions) and sequence >= 8;
    delete from decisions where link_sequence >= 8`);
  expect(of(cut)).toEqual([expect.stringMatching(/^audit_links \S+ 9 is missing: anchor 3 holds it/)]);

  const whole = await after(`
    delete from audit_links where chain in (select link_chain from decisions);
    delete from decisions`);
  expect(of(whole).join("\n")).toMatch(/audit_links \S+ 3 is missing: anchor 1 holds it/);
  const act = await after("delete from audit_events where details::text = '{\"batch\":8}'");
  expect(of(act)).toEqual([expect.stringMatching(/^audit_events \S+ is missing/)]);
});

const put = (id: string, columns: string[]) =>
  `insert into decisions (id, ${columns}) select '${id}', ${columns} from decisions where id = '${ids[9]}'`;

test("a row that was put in is found, whatever link it names", async () => {
  const copied = (
    await client.query<{ column_name: string }>(
      "select column_name from information_schema.columns where table_name = 'decisions'",
    )
  ).rows
    .map((row) => row.column_name)
    .filter((name) => name !== "id" && name !== "idempotency_key");
  for (const id of [
    randomUUIDv7(),
    "00000000-0000-0000-0000-000000000000",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
  ]) {
    expect(of(await after(put(id, copied)))).toEqual([
      expect.stringMatching(`decisions ${id} was put in: link .* does not hold it`),
    ]);
  }
  const id = randomUUIDv7();
  const bare = copied.filter((name) => !name.startsWith("link_") && name !== "row_hash");
  expect(of(await after(put(id, bare)))).toEqual([`decisions ${id} was put in: it names no link`]);
  const acts =
    await after(`insert into audit_events select gen_random_uuid(), actor, act, subject, details, at, row_hash
    from audit_events limit 1`);
  expect(of(acts)).toEqual([expect.stringMatching(/was put in: no link holds it/)]);
});

test("a chain that was put in later is held by no anchor", async () => {
  const report = await after(`
    insert into audit_links select gen_random_uuid(), 1, null, null, previous, ids, row_hashes, written_at,
      transaction_id, hash from audit_links where sequence = 1 and chain in (select link_chain from decisions)`);
  expect(of(report).join("\n")).toMatch(/is held by no anchor: it was put in later/);
});

test("swapped rows and swapped links are found", async () => {
  const rows =
    await after(`update decisions set id = (case id when '${ids[8]}' then '${ids[9]}' else '${ids[8]}' end)::uuid
    where false; create temp table swapped as select * from decisions where id in ('${ids[8]}', '${ids[9]}');
    delete from decisions where id in (select id from swapped);
    update swapped set id = (case id when '${ids[8]}' then '${ids[9]}' else '${ids[8]}' end)::uuid;
    insert into decisions select * from swapped`);
  expect(new Set(rows.findings.map(({ id }) => id))).toEqual(new Set([ids[8], ids[9]]));
  const links = await after(`
    create temp table swapped as select * from audit_links where sequence in (3, 4) and chain in (select link_chain from decisions);
    delete from audit_links using swapped where (audit_links.chain, audit_links.sequence) = (swapped.chain, swapped.sequence);
    update swapped set sequence = 7 - sequence;
    insert into audit_links select * from swapped`);
  expect(of(links).join("\n")).toMatch(/audit_links \S+ 3 was altered/);
});

test("anchors that are missing at the end are missed by whoever has kept one", async () => {
  expect(of(await after("delete from audit_anchors where number = 2"))).toContainEqual(
    expect.stringMatching(/audit_anchors 3 comes after anchor 1: those between are missing/),
  );
  const cut = "delete from audit_anchors where number = 3";
  expect((await after(cut)).sound, "nobody can see it from within").toBe(true);
  const kept = anchors.slice(2);
  expect(of(await after(cut, kept))).toEqual([`audit_anchors 3 is missing: ${kept[0]?.hash} was kept of it`]);
});
