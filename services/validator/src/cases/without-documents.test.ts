// Cases that are to be in documents, where there is no store of them, or none that answers: everything else goes on.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { as } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { refusingUrl, type Silent, startSilent } from "../documents/testing.ts";

let postgres: TestPostgres;
let silent: Silent;

beforeAll(async () => {
  [postgres, silent] = await Promise.all([startPostgres(), startSilent()]);
  await migrate({ url: postgres.url(), deadline: 20_000 });
});
afterAll(async () => {
  await silent?.stop();
  await postgres?.stop();
});

const ID = "0197c1b0-0000-7000-8000-000000000000";
const ROUTES = [
  ["GET", "/v1/cases"],
  ["GET", "/v1/cases/queue"],
  ["GET", `/v1/cases/${ID}`],
  ["GET", `/v1/cases/${ID}/alerts`],
  ["GET", `/v1/cases/${ID}/history`],
  ["POST", "/v1/cases/next"],
  ["DELETE", `/v1/cases/${ID}/assignee`],
] as const;

async function withApp(env: Record<string, string>, use: (app: App) => Promise<void>): Promise<void> {
  const app = await appOn(postgres.url(), { AUTHENTICATION: "open", ...env });
  try {
    await use(app);
  } finally {
    await app.server.close();
  }
}

/** Decisions are made and found, and the replica takes traffic. */
async function expectTheRest(app: App): Promise<void> {
  await until(async () => (await ask(app, { method: "GET", url: "/readyz" })).status === 200, 10_000);
  const amount = { instructedAmount: { value: "99999900", currency: "EUR" } };
  const decided = await post(app, payment(amount, Date.now()), { "x-actor": "gateway" });
  expect([decided.status, decided.body.outcome]).toEqual([200, "review"]);
  expect((await as("alice", app, "GET", `/v1/transactions/${decided.body.id}`)).status).toBe(200);
}

test("without a store of documents every route of cases says so, and what to do", async () => {
  await withApp({ CASES_STORE: "documents" }, async (app) => {
    await expectTheRest(app);
    for (const [method, url] of ROUTES) {
      const { status, body, headers } = await as("alice", app, method, url);
      expect([url, status, body.code, headers["retry-after"]]).toEqual([url, 503, "documents_absent", "1"]);
      expect(JSON.stringify(body)).toContain("set DOCUMENTS_URL");
    }
    const metrics = await app.instruments.registry.metrics();
    expect(metrics, "nobody knows how many there are").not.toMatch(/^validator_cases\{/m);
  });
});

describe.each([
  ["refuses", () => refusingUrl()],
  ["never answers", () => Promise.resolve(silent.url)],
] as const)("a store that %s", (_what, address) => {
  test("makes cases answer 503 in time, and nothing else", async () => {
    const env = { DOCUMENTS_URL: await address(), DOCUMENTS_TIMEOUT_MS: "1000" };
    await withApp(env, async (app) => {
      await expectTheRest(app);
      const began = performance.now();
      const answers = await Promise.all(ROUTES.map(([method, url]) => as("alice", app, method, url)));
      expect(performance.now() - began).toBeLessThan(4000);
      for (const { status, body } of answers)
        expect([status, body.code]).toEqual([503, "documents_unavailable"]);
      const again = await as("alice", app, "GET", "/v1/cases");
      expect(again.status, "another attempt is made").toBe(503);
      expect((await ask(app, { method: "GET", url: "/readyz" })).status).toBe(200);
    });
  });
});

test("cases stay in tables where that is said, whatever else is there", async () => {
  await withApp({ CASES_STORE: "sql", DOCUMENTS_URL: await refusingUrl() }, async (app) => {
    expect((await as("alice", app, "GET", "/v1/cases")).status).toBe(200);
  });
});
