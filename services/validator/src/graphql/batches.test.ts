// How often the store is asked: as often as a question has kinds of things, however many things there are.
import { randomUUIDv7 } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { payment } from "../../test/payments.ts";
import { EVERY_ROLE } from "../access/roles.ts";
import { recordAct } from "../audit/acts.ts";
import { createSqlStore } from "../cases/sql-store.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { createDecisionReader } from "../decisions/reader.ts";
import { insertPerson } from "../people/person-repository.ts";
import { insertUpload } from "../uploads/repository.ts";
import { answer } from "./answer.ts";
import { createLoaders } from "./loaders.ts";
import { createSources, type Sources } from "./sources.ts";

function fail(error: Error): never {
  throw error;
}

const UPLOAD = "01900000-0000-7000-8000-000000000000";
const CASES = 50;
const ALERTS = 4;

onEngines("questions", ({ start }) => {
  let database: TestDatabase;
  let pools: Pools;
  let sources: Sources;
  let asked: string[] = [];

  /** Notes each statement; a transaction's are not made here. */
  function counting(pool: Pool): Pool {
    const query: Pool["query"] = (statement, values) => {
      asked.push(JSON.stringify(statement));
      return pool.query(statement, values);
    };
    return new Proxy(pool, { get: (of, name) => (name === "query" ? query : Reflect.get(of, name, of)) });
  }

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
    const administration = counting(pools.administration);
    sources = createSources({
      session: administration,
      reader: createDecisionReader({
        ...pools,
        reader: counting(pools.reader),
        lookup: counting(pools.lookup),
      }),
      cases: createSqlStore(administration),
    });
    await fill(database);
  });
  afterAll(async () => {
    await pools?.close();
    await database?.stop();
  });

  async function ask(query: string) {
    asked = [];
    const context = { roles: EVERY_ROLE, sources, loaders: createLoaders(sources), now: Date.now() };
    const { status, body } = await answer(
      { query, operationName: undefined, variables: {} },
      { context, deadline: 10_000, onFault: fail },
    );
    expect([status, body.errors]).toEqual([200, undefined]);
    // Answers are asked for what they are.
    // oxlint-disable-next-line typescript/no-explicit-any
    return body.data as any;
  }

  test(`${CASES} cases with the decisions of their alerts and their history are four statements`, async () => {
    const { cases } = await ask(
      `{ cases(first: ${CASES}) { nodes { id alerts(first: 10) { nodes { score decision { id transaction { endToEndId } } } pageInfo { hasNextPage } }
         history(first: 2) { nodes { kind } pageInfo { hasNextPage } } } } }`,
    );
    expect(asked).toHaveLength(4);
    expect(cases.nodes).toHaveLength(CASES);
    const ids = new Set<string>();
    for (const { id, alerts, history } of cases.nodes) {
      expect(alerts.nodes).toHaveLength(ALERTS);
      for (const { decision } of alerts.nodes) {
        ids.add(decision.id);
        expect(decision.transaction.endToEndId).toBe(id.slice(0, 30));
      }
      expect([history.nodes.length, history.pageInfo.hasNextPage, alerts.pageInfo.hasNextPage]).toEqual([
        2,
        true,
        false,
      ]);
    }
    expect(ids.size).toBe(CASES * ALERTS);
  });

  test("lists beside each other ask for themselves at most, and what was read is not read again", async () => {
    await ask(
      `{ a: cases(first: 10) { nodes { ...C } } b: cases(first: 5) { nodes { ...C } } }
       fragment C on Case { alerts(first: 2) { nodes { decision { id } } } few: alerts(first: 1) { nodes { score } } }`,
    );
    // Two lists of cases; for each of them alerts by two limits, and decisions.
    expect(asked.length).toBeLessThanOrEqual(8);
  });

  test("rule sets of many decisions and values of many lists are one statement each", async () => {
    const { decisions } = await ask(
      "{ decisions(first: 100) { nodes { ruleSet { ruleSetVersion { version document } } } } }",
    );
    // The list, the version, its document.
    expect([asked.length, decisions.nodes.length]).toEqual([3, 100]);
    expect(decisions.nodes[0].ruleSet.ruleSetVersion.document.name).toBe("starter");
    const { valueLists } = await ask(
      "{ valueLists { nodes { name values(first: 2) { nodes { value } pageInfo { hasNextPage } } } } }",
    );
    expect(asked).toHaveLength(2);
    expect(valueLists.nodes.filter(({ name }: { name: string }) => name.length === 1)).toEqual(
      ["a", "b", "c"].map((name) => ({
        name,
        values: { nodes: [{ value: `${name}0` }, { value: `${name}1` }], pageInfo: { hasNextPage: true } },
      })),
    );
  });

  test("what stands alone is read the same from every store", async () => {
    await inTransaction(pools.administration, "write", async (session) => {
      const person = { name: "erika", displayName: "Erika", roles: ["analyst"], invitedBy: "root" } as const;
      await insertPerson(session, person);
      await recordAct(session, {
        actor: "root",
        act: "person.invited",
        subject: "people/erika",
        details: { a: [1] },
      });
      const file = {
        id: UPLOAD,
        format: "csv",
        name: "ü.csv",
        bytes: 2 ** 40,
        sha256: "ab".repeat(32),
      } as const;
      await insertUpload(session, { ...file, uploadedBy: "erika", key: null, at: AT });
    });
    const data = await ask(
      `{ person(name: "erika") { roles state } people { nodes { name roles } }
         auditActs(first: 1, filter: { subject: "people/erika" }) { nodes { actor act details } }
         upload(id: "${UPLOAD}") { bytes } uploads(state: queued) { nodes { name bytes uploadedAt progress { done total } results { approve } } }
         ruleSetVersions(state: live) { nodes { version editors } } }`,
    );
    expect(data).toEqual({
      person: { roles: ["analyst"], state: "invited" },
      people: { nodes: [{ name: "erika", roles: ["analyst"] }] },
      auditActs: { nodes: [{ actor: "root", act: "person.invited", details: { a: [1] } }] },
      upload: { bytes: 2 ** 40 },
      uploads: {
        nodes: [
          {
            name: "ü.csv",
            bytes: 2 ** 40,
            uploadedAt: AT.toISOString(),
            progress: { done: 0, total: null },
            results: { approve: 0 },
          },
        ],
      },
      ruleSetVersions: { nodes: [{ version: 1, editors: ["system"] }] },
    });
    const many = await ask(
      `{ decisions(first: 2, filter: { outcome: review, account: "none" }) { nodes { id } }
         all: decisions(filter: { to: "2020-01-01T00:00:00Z" }) { nodes { id } } }`,
    );
    expect(many).toEqual({ decisions: { nodes: [] }, all: { nodes: [] } });
  });

  test("a page behind a cursor is one statement of one case", async () => {
    const { cases } = await ask(
      "{ cases(first: 1) { nodes { id alerts(first: 3) { pageInfo { endCursor } } } } }",
    );
    const [{ id, alerts }] = cases.nodes;
    const { case: found } = await ask(
      `{ case(id: "${id}") { alerts(after: "${alerts.pageInfo.endCursor}") { nodes { score } pageInfo { hasNextPage } } } }`,
    );
    expect(found.alerts).toEqual({ nodes: [{ score: ALERTS - 1 }], pageInfo: { hasNextPage: false } });
    expect(asked).toHaveLength(2);
  });
});

type Row = Readonly<Record<string, unknown>>;

async function fill(database: TestDatabase): Promise<void> {
  const { rows } = await database.query("select hash from rule_set_versions where version = 1");
  const hash = Buffer.from(String(rows[0].hash), "hex");
  const cases = Array.from({ length: CASES }, () => randomUUIDv7());
  await insert(database, "cases", cases.map(caseRow));
  // Those of one millisecond come in no order.
  const decisions = Array.from({ length: CASES * ALERTS }, () => randomUUIDv7()).toSorted();
  const alerts = decisions.map((decision, index) => ({
    id: cases[Math.floor(index / ALERTS)] as string,
    score: index % ALERTS,
    decision,
  }));
  await insert(
    database,
    "decisions",
    alerts.map(({ id, score, decision }) => decisionRow(decision, { id, score, hash })),
  );
  await insert(
    database,
    "alerts",
    alerts.map(({ id, score, decision }) => ({
      decision_id: decision,
      case_id: id,
      outcome: "review",
      score,
      raised_at: AT,
    })),
  );
  await insert(
    database,
    "case_events",
    alerts.map(({ id }) => ({
      case_id: id,
      at: AT,
      actor: "system",
      kind: "alert_added",
      details: "{}",
    })),
  );
  const names = ["a", "b", "c"];
  const changed = { changed_by: "alice", changed_at: AT };
  await insert(
    database,
    "value_lists",
    names.map((name) => ({ name, description: "", created_by: "alice", created_at: AT, ...changed })),
  );
  const values = names.flatMap((list) => [0, 1, 2].map((value) => ({ list, value: `${list}${value}` })));
  await insert(
    database,
    "value_list_entries",
    values.map((value) => ({ ...value, present: true, changed: 1, ...changed })),
  );
}

const AT = new Date();

const caseRow = (id: string): Row => ({
  id,
  state: "pending",
  severity: "review",
  score: 1,
  alerts: ALERTS,
  account: "hers",
  counterparty: "his",
  opened_at: AT,
  last_alert_at: AT,
  due_at: AT,
});

const decisionRow = (
  decision: string,
  { id, score, hash }: { id: string; score: number; hash: Buffer },
): Row => ({
  id: decision,
  fingerprint: Buffer.alloc(32),
  transaction: JSON.stringify({ ...payment(), endToEndId: id.slice(0, 30) }),
  amount: 1,
  currency: "EUR",
  outcome: "review",
  score,
  reasons: "[]",
  rule_set_version: 1,
  rule_set_hash: hash,
  rule_results: "[]",
  zone: "a",
  replica: "test",
  received_at: AT,
  decided_at: AT,
});

/** All at once: all of them have the same columns. */
async function insert(database: TestDatabase, table: string, rows: readonly Row[]): Promise<void> {
  const names = Object.keys(rows[0] ?? {});
  const values: unknown[] = [];
  const places = rows.map((row) => `(${names.map((name) => `$${values.push(row[name])}`).join(", ")})`);
  const columns = names.map((name) => `"${name}"`).join(", ");
  await database.query(`insert into ${table} (${columns}) values ${places.join(", ")}`, values);
}
