// Cases in documents, on a store that speaks MongoDB's protocol: the promises that they keep in tables.
import { randomUUID, randomUUIDv7 } from "node:crypto";

import fc from "fast-check";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { appOn, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { as } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { documentsUrl, whyWithoutDocuments, withoutDocuments } from "../documents/testing.ts";
import { openedBy } from "./case-document.ts";
import { casesOf, eventsOf, outboxOf } from "./case-collections.ts";

describe.skipIf(withoutDocuments)(`cases in documents${whyWithoutDocuments}`, () => {
  const name = `validator_test_${randomUUID().slice(0, 8)}`;
  let postgres: TestPostgres;
  let client: MongoClient;
  let app: App;
  let other: App;

  beforeAll(async () => {
    postgres = await startPostgres();
    await migrate({ url: postgres.url(), deadline: 20_000 });
    const url = new URL(documentsUrl as string);
    url.pathname = `/${name}`;
    client = new MongoClient(url.href);
    const env = { AUTHENTICATION: "open", DOCUMENTS_URL: url.href };
    [app, other] = await Promise.all([appOn(postgres.url(), env), appOn(postgres.url(), env)]);
    await until(async () => (await as("root", app, "GET", "/v1/cases")).status === 200, 20_000);
  });
  afterAll(async () => {
    await Promise.all([app?.server.close(), other?.server.close()]);
    await client?.db(name).dropDatabase();
    await client?.close();
    await postgres?.stop();
  });
  beforeEach(async () => {
    const db = client.db(name);
    for (const collection of [casesOf(db), eventsOf(db), outboxOf(db)]) await collection.deleteMany({});
  });

  /** Cases that wait, due one minute after the other. */
  async function open(count: number): Promise<string[]> {
    const ids = Array.from({ length: count }, () => randomUUIDv7());
    const decision = {
      id: randomUUIDv7(),
      outcome: "review",
      counterparty: null,
      decidedAt: new Date(),
    } as const;
    const documents = ids.map((id, index) =>
      openedBy(
        id,
        { ...decision, score: index, account: `a${index}` },
        new Date(Date.now() + index * 60_000),
      ),
    );
    await casesOf(client.db(name)).insertMany(documents);
    return ids;
  }
  const acts = async (act: string) =>
    (await postgres.query("select actor, subject from audit_events where act = $1", [act])).rows;

  test("however many take at once, on whichever replica: no two have one case, and none is left", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 2, max: 10 }),
        async (cases, takers) => {
          await casesOf(client.db(name)).deleteMany({});
          await open(cases);
          const answers = await Promise.all(
            Array.from({ length: takers }, (_, index) =>
              as(`analyst${index}`, index % 2 === 0 ? app : other, "POST", "/v1/cases/next"),
            ),
          );
          const taken = answers.filter(({ status }) => status === 200).map(({ body }) => body.id);
          expect(new Set(taken).size).toBe(taken.length);
          expect(taken).toHaveLength(Math.min(cases, takers));
        },
      ),
      { numRuns: 6, endOnFailure: true },
    );
  });

  test("a case is taken, noted and closed; its history tells it, and its act comes to the chain once", async () => {
    const [id] = await open(1);
    const url = `/v1/cases/${id}`;
    const taken = await as("ana", app, "POST", "/v1/cases/next");
    expect((await as("ana", other, "POST", `${url}/notes`, { text: "called" })).status).toBe(201);
    const match = { "if-match": String(taken.headers["etag"]) };
    const outcome = { outcome: "false_positive", note: "knows of it" };
    expect((await as("ben", app, "POST", `${url}/close`, outcome, match)).body.code).toBe("case_state");
    expect((await as("ana", app, "POST", `${url}/close`, outcome, match)).body["state"]).toBe("closed");
    const { body } = await as("ana", app, "GET", `${url}/history`);
    const kinds = (body["items"] as { kind: string }[]).map(({ kind }) => kind);
    expect(kinds).toEqual(["assigned", "noted", "closed"]);
    await until(async () => (await outboxOf(client.db(name)).countDocuments()) === 0, 20_000);
    expect(await acts("case.closed")).toEqual([{ actor: "ana", subject: `cases/${id}` }]);
  });

  test("a payment that is to be reviewed is a case soon, and the next one about its account the same case", async () => {
    const amount = { instructedAmount: { value: "99999900", currency: "EUR" } };
    await until(async () => {
      const { status } = await post(app, payment(amount, Date.now()), { "x-actor": "gateway" });
      return status === 200;
    }, 10_000);
    const queue = async () =>
      (await as("ana", app, "GET", "/v1/cases/queue")).body["items"] as { alerts: number }[];
    await until(async () => (await queue()).length === 1, 10_000);
    await post(app, payment(amount, Date.now()), { "x-actor": "gateway" });
    await until(async () => (await queue())[0]?.alerts === 2, 10_000);
    expect(await queue()).toHaveLength(1);
  });

  test("what an administrator changes is moved to documents, and read from there", async () => {
    const person = { name: `ana${name.slice(-8)}`, displayName: "Ana", roles: ["viewer"] };
    expect((await as("root", app, "POST", "/v1/people", person)).status).toBe(201);
    await until(
      async () => (await postgres.query("select id from audit_snapshots")).rows.length === 0,
      20_000,
    );
    const { body } = await as("root", app, "GET", `/v1/snapshots?subject=people/${person.name}`);
    expect(body["items"]).toMatchObject([{ before: null, after: { displayName: "Ana" }, version: 1 }]);
  });
});
