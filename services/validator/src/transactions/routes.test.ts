import { createHash, randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { NOON, payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { publish, rule, ruleSet } from "../../test/rules.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";

let postgres: TestPostgres;
let app: App;
/** Another replica on the same database. */
let other: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
  // Rules that ask for nothing that these tests do not have: no windows, no sanctions list.
  const author = await appOn(postgres.url(), { AUTHENTICATION: "open" });
  await publish(author, ruleSet([rule("large", { expression: "major > 1000000.0" })]));
  await author.server.close();
  app = await appOn(postgres.url(), {}, () => NOON);
  other = await appOn(postgres.url(), {}, () => NOON);
});
afterAll(async () => {
  await app?.server.close();
  await other?.server.close();
  await postgres?.stop();
});

const rows = async (id: string) => (await postgres.query("select * from decisions where id = $1", [id])).rows;
const total = async () =>
  (await postgres.query("select count(*)::int as n from decisions")).rows[0].n as number;

test("a decision is stored before it is told, and can be read on every replica", async () => {
  const { status, body } = await post(app, payment());
  expect(status).toBe(200);
  expect(body).toMatchObject({
    outcome: "approve",
    score: 0,
    reasons: [],
    ruleSet: { version: 2 },
    results: [],
    receivedAt: "2026-02-01T12:00:00.000Z",
  });
  const [row] = await rows(body.id);
  expect(row).toMatchObject({
    outcome: "approve",
    amount: "125000",
    currency: "EUR",
    zone: "us-east-1a",
    replica: "test",
  });

  const read = await ask(other, { url: `/v1/transactions/${body.id}` });
  expect(read.status).toBe(200);
  expect(read.body).toEqual({ ...body, transaction: payment() });
  const again = await ask(app, {
    url: `/v1/transactions/${body.id}`,
    headers: { "if-none-match": read.headers["etag"] as string },
  });
  expect(again.status).toBe(304);
});

test("the stored transaction proves its fingerprint", async () => {
  const { body } = await post(
    app,
    payment({ debtor: { ...payment().debtor, name: 'Zoë "\\" 😀 O\'Neil {a,b} null' } }),
  );
  const { rows } = await postgres.query(
    "select transaction::text as text, fingerprint from decisions where id = $1",
    [body.id],
  );
  expect(createHash("sha256").update(rows[0].text).digest()).toEqual(rows[0].fingerprint);
});

test("a declined transaction is a stored decision with reasons", async () => {
  const { status, body } = await post(app, payment({ instructedAmount: { value: 5, currency: "ZZZ" } }));
  expect(status).toBe(200);
  expect(body).toMatchObject({
    outcome: "decline",
    reasons: [{ code: "currency_unknown", pointer: "/instructedAmount/currency" }],
  });
  expect((await rows(body.id))[0].reasons).toEqual(body.reasons);
});

test("checks and rules give their reasons together, and the severest of both decides", async () => {
  const { body } = await post(
    app,
    payment({
      instructedAmount: { value: "100000001", currency: "EUR" },
      creditor: { ...payment().creditor, country: "ZZ" },
    }),
  );
  expect(body.outcome).toBe("decline");
  expect(body.reasons.map(({ code }) => code)).toEqual([
    "amount_over_review_limit",
    "country_unknown",
    "large_hit",
  ]);
  expect(body["results"]).toEqual([{ rule: "large", result: "hit", score: 0, values: {} }]);
  const [row] = await rows(body.id);
  expect(row).toMatchObject({ rule_set_version: 2, rule_results: body["results"], engine: "0.1.0" });
});

test("the largest amount comes back exactly", async () => {
  const { body } = await post(
    app,
    payment({ instructedAmount: { value: "999999999999999999", currency: "EUR" } }),
  );
  expect((await rows(body.id))[0].amount).toBe("999999999999999999");
  const read = await ask(app, { url: `/v1/transactions/${body.id}` });
  expect(read.body["transaction"]).toMatchObject({ instructedAmount: { value: "999999999999999999" } });
});

test("a key replays its decision on every replica, and refuses another body", async () => {
  const key = randomUUID();
  const first = await post(app, payment(), { "idempotency-key": key });
  expect(first.headers["idempotent-replayed"]).toBeUndefined();
  for (const replica of [app, other]) {
    const reordered = Object.fromEntries(Object.entries(payment()).toReversed());
    const again = await post(replica, reordered, { "idempotency-key": `"${key}"` });
    expect(again.body).toEqual(first.body);
    expect(again.headers["idempotent-replayed"]).toBe("true");
    const conflict = await post(replica, payment({ endToEndId: "another" }), { "idempotency-key": key });
    expect([conflict.status, conflict.body.code]).toEqual([409, "idempotency_conflict"]);
  }
});

test("concurrent duplicates on two replicas get one decision a key", async () => {
  const keys = Array.from({ length: 40 }, () => randomUUID());
  const before = await total();
  // Each replica sees the keys in another order: batches that overlap must not deadlock.
  const requests = [...keys, ...keys.toReversed(), ...keys].flatMap((key) => [
    { key, replica: app },
    { key, replica: other },
  ]);
  const answers = await Promise.all(
    requests.map(async ({ key, replica }) => ({
      key,
      ...(await post(replica, payment(), { "idempotency-key": key })),
    })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  for (const key of keys) {
    const same = answers.filter((answer) => answer.key === key);
    expect(new Set(same.map(({ body }) => body.id)).size).toBe(1);
    expect(same.filter(({ headers }) => headers["idempotent-replayed"] === undefined).length).toBe(1);
  }
  expect(await total()).toBe(before + keys.length);
});

test("concurrent requests with one key and two bodies: one is decided, the other a conflict", async () => {
  const key = randomUUID();
  const answers = await Promise.all(
    [app, other, app, other].map((replica, index) =>
      post(replica, payment({ endToEndId: `body ${index % 2}` }), { "idempotency-key": key }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
});

test("a reader that is away or behind is made up for by the writer", async () => {
  const { body } = await post(app, payment());
  const behind = await postgres.createDatabase("behind");
  await migrate({ url: behind, deadline: 10_000 });
  for (const reader of [behind, "postgresql://nobody@127.0.0.1:1/none"]) {
    const replica = await appOn(postgres.url(), { DATABASE_READER_URL: reader });
    expect((await ask(replica, { url: `/v1/transactions/${body.id}` })).status).toBe(200);
    await replica.server.close();
  }
});

test("a full queue answers 503 with Retry-After", async () => {
  const small = await appOn(postgres.url(), { QUEUE_ROWS: "5" });
  const answers = await Promise.all(Array.from({ length: 50 }, () => post(small, payment())));
  const refused = answers.filter(({ status }) => status !== 200);
  expect(
    new Set(refused.map(({ body, headers }) => `${body.code} ${String(headers["retry-after"])}`)),
  ).toEqual(new Set(["overloaded 1"]));
  expect(answers.length - refused.length).toBeGreaterThanOrEqual(5);
  await small.server.close();
});
