import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, post } from "../test/apps.ts";
import { NOON, payment } from "../test/payments.ts";
import { startPostgres, type TestPostgres } from "../test/postgres.ts";
import { until } from "../test/until.ts";
import type { App } from "./app.ts";
import { readMigrations } from "./database/migrations.ts";
import { migrate } from "./database/migrator.ts";

let postgres: TestPostgres;
let app: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
  app = await appOn(postgres.url(), {}, () => NOON);
});
afterAll(async () => {
  await app?.server.close();
  await postgres?.stop();
});

test("health needs no database, readiness needs its migrations", async () => {
  expect((await ask(app, { url: "/healthz" })).body).toEqual({
    status: "ok",
    zone: "us-east-1a",
    version: "0.1.0",
  });
  // What names are screened against is read by the way.
  await until(async () => (await ask(app, { url: "/readyz" })).status === 200, 10_000);
  expect((await ask(app, { url: "/readyz" })).body).toMatchObject({
    status: "ready",
    schema: (await readMigrations()).length,
  });

  const empty = await appOn(await postgres.createDatabase("empty"), { STORE_DEADLINE_MS: "300" });
  const away = await appOn("postgresql://nobody@127.0.0.1:1/none", { STORE_DEADLINE_MS: "300" });
  try {
    for (const [replica, why] of [
      [empty, "migrations_missing"],
      [away, "database_unavailable"],
    ] as const) {
      expect((await ask(replica, { url: "/healthz" })).status).toBe(200);
      const ready = await ask(replica, { url: "/readyz" });
      expect([ready.status, ready.body.reasons[0]?.code]).toEqual([503, why]);
      const posted = await post(replica, payment());
      // Rules are in the database as well.
      expect([posted.status, posted.body.code, posted.headers["retry-after"]]).toEqual([
        503,
        "rules_unavailable",
        "1",
      ]);
      const read = await ask(replica, { url: `/v1/transactions/${randomUUID()}` });
      expect([read.status, read.body.code]).toEqual([503, "store_unavailable"]);
    }
  } finally {
    await Promise.all([empty.server.close(), away.server.close()]);
  }
});
