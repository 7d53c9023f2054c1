// The whole service on MariaDB, which stands in for MySQL: the migration job, two replicas as processes, and Redis.
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startMariadb, type TestMariadb, whyWithoutMariadb, withoutMariadb } from "./mariadb.ts";
import { payment } from "./payments.ts";
import { startRedis, type TestRedis, whyWithoutRedis, withoutRedis } from "./redis.ts";
import { rule, ruleSet } from "./rules.ts";
import { startService, stopService, type Service } from "./service.ts";
import { until } from "./until.ts";

let mariadb: TestMariadb;
let redis: TestRedis;
let replicas: Service[];

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, "..", "src", program), ...args],
    { env: { PATH: process.env["PATH"], DATABASE_URL: mariadb.url() }, encoding: "utf8" },
  );
  return { status, said: stdout + stderr };
}

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

async function call(
  replica: number,
  method: string,
  path: string,
  content?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(`${replicas[replica]?.url}${path}`, {
    method,
    headers: { ...headers, ...(content !== undefined && { "content-type": "application/json" }) },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  };
}

const pay = (replica: number, changes = {}, headers: Record<string, string> = {}) =>
  call(replica, "POST", "/v1/transactions", payment(changes, Date.now()), headers);

const SMALL = { instructedAmount: { value: "5000", currency: "EUR" } };
const LARGE = { instructedAmount: { value: "500000", currency: "EUR" } };

const ready = async (replica: number) => (await call(replica, "GET", "/readyz")).status === 200;

const why = whyWithoutMariadb || whyWithoutRedis;

describe.skipIf(withoutMariadb || withoutRedis)(`the service on MariaDB${why}`, () => {
  beforeAll(async () => {
    [mariadb, redis] = await Promise.all([startMariadb(), startRedis()]);
    const { status, said } = run("migrate.ts");
    if (status !== 0) throw new Error(said);
    const env = { CACHE_URL: redis.url, AUTHENTICATION: "open", RULES_POLL_MS: "600000" };
    replicas = await Promise.all(
      ["us-east-1a", "us-east-1b"].map((zone) => startService(mariadb.url(), { ...env, ZONE: zone })),
    );
    await until(async () => (await ready(0)) && (await ready(1)), 15_000);
  });
  afterAll(async () => {
    await Promise.all((replicas ?? []).map(stopService));
    await Promise.all([mariadb?.stop(), redis?.stop()]);
  });

  test("migrating again changes nothing", () => {
    expect(run("migrate.ts")).toMatchObject({ status: 0, said: expect.stringContaining("nothing to apply") });
  });

  test("a rule that two people publish on one replica decides on the other", async () => {
    expect((await pay(1, LARGE)).body["outcome"]).not.toBe("decline");
    const document = ruleSet([rule("large", { outcome: "decline" })]);
    const draft = await call(0, "POST", "/v1/rule-sets", { document }, { "x-actor": "alice" });
    const { version } = draft.body;
    const path = `/v1/rule-sets/${String(version)}/publish`;
    const match = { "if-match": String(draft.headers.get("etag")) };
    const alone = await call(0, "POST", path, { replaces: 1 }, { ...match, "x-actor": "alice" });
    expect(alone.body["code"]).toBe("second_person_needed");
    const published = await call(0, "POST", path, { replaces: 1 }, { ...match, "x-actor": "bob" });
    expect([published.status, published.body["state"]]).toEqual([200, "live"]);
    await until(async () => (await pay(1, LARGE)).body["outcome"] === "decline", 10_000);
  });

  test("what one replica decides the other knows, and a key decides once", async () => {
    const decided = await pay(0, SMALL);
    expect([decided.status, decided.body["outcome"]]).toEqual([200, "approve"]);
    const found = await call(1, "GET", `/v1/transactions/${String(decided.body["id"])}`);
    expect([found.status, found.body]).toMatchObject([200, decided.body]);

    const same = payment({}, Date.now());
    const headers = { "idempotency-key": randomUUID() };
    const answers = await Promise.all(
      [0, 1, 0, 1].map((replica) => call(replica, "POST", "/v1/transactions", same, headers)),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(new Set(answers.map(({ body }) => body["id"])).size).toBe(1);
  });

  test("kill -9 of the database loses nothing that was acknowledged, and the replicas go on by themselves", async () => {
    const acknowledged: string[] = [];
    const stop = new AbortController();
    const statuses = new Set<number>();
    const writers = Array.from({ length: 8 }, async (_, index) => {
      while (!stop.signal.aborted) {
        const { status, body } = await pay(index % 2, {}, { "idempotency-key": randomUUID() });
        statuses.add(status);
        if (status === 200) acknowledged.push(String(body["id"]));
      }
    });
    await until(() => acknowledged.length > 100, 15_000);
    await mariadb.kill();
    await mariadb.start();
    const before = acknowledged.length;
    await until(() => acknowledged.length > before + 100, 15_000);
    stop.abort();
    await Promise.all(writers);
    expect([...statuses], "a restart is short: requests waited for it").toEqual([200]);
    const { rows } = await mariadb.query("select id from decisions");
    const stored = new Set(rows.map(({ id }) => id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  });

  test("the audit trail of all this is sound", () => {
    const { status, said } = run("verify-audit.ts");
    expect([status, said]).toEqual([0, expect.stringMatching(/^sound: /)]);
  });
});
