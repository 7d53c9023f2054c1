// Who is locked keeps no case.
import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn } from "../../test/apps.ts";
import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { as } from "../../test/rules.ts";
import type { App } from "../app.ts";
import { readConfig } from "../config.ts";
import { migrate } from "../database/migrator.ts";
import { openPools, type Pools } from "../database/pools.ts";
import { createCases } from "./cases.ts";
import { releaseLocked } from "./releaser.ts";
import { createSqlStore } from "./sql-store.ts";

onEngines("somebody who is locked", ({ start }) => {
  let database: TestDatabase;
  let app: App;
  let pools: Pools;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    app = await appOn(database.url(), { AUTHENTICATION: "open" });
    pools = openPools(readConfig({ DATABASE_URL: database.url() }), { warn: () => {} });
  });
  afterAll(async () => {
    await app?.server.close();
    await pools?.close();
    await database?.stop();
  });

  const read = (id: string) => as("root", app, "GET", `/v1/cases/${id}`);

  /** A case that somebody looks into. */
  async function taken(by: string): Promise<string> {
    const [id, now] = [randomUUID(), new Date()];
    await database.query(
      `insert into cases (id, state, severity, score, opened_at, last_alert_at, due_at, assignee, assigned_at)
       values ($1, 'investigating', 'review', 1, $2, $2, $2, $3, $2)`,
      [id, now, by],
    );
    return id;
  }
  async function invite(name: string): Promise<void> {
    const person = { name, displayName: name, roles: ["analyst"] };
    expect((await as("root", app, "POST", "/v1/people", person)).status).toBe(201);
  }
  test("cases of somebody who is locked go back to the queue, each with its act; those of others stay", async () => {
    await invite("ana");
    const [first, second, other] = [await taken("ana"), await taken("ana"), await taken("ben")];
    const locked = await as("root", app, "POST", "/v1/people/ana/lock", { reason: "has left" });
    expect(locked.status).toBe(200);
    for (const id of [first, second]) {
      expect((await read(id)).body).toMatchObject({ state: "pending", assignee: null, assignedAt: null });
      const { body } = await as("root", app, "GET", `/v1/cases/${id}/history`);
      expect(body["items"]).toMatchObject([
        { actor: "root", kind: "released", details: { from: "ana", why: "person.locked" } },
      ]);
      const acts = await database.query("select actor, act, details from audit_events where subject = $1", [
        `cases/${id}`,
      ]);
      expect(acts.rows.map(({ actor, act, details }) => [actor, act, json(details).from])).toEqual([
        ["root", "case.released", "ana"],
      ]);
    }
    expect((await read(other)).body).toMatchObject({ state: "investigating", assignee: "ben" });
  });

  test("cases of the locked are found later where whoever locked them died before they were given back", async () => {
    await invite("cleo");
    const id = await taken("cleo");
    await database.query("update people set locked_by = 'root', locked_at = $1 where name = 'cleo'", [
      new Date(),
    ]);
    const store = createSqlStore(pools.administration);
    const parts = { pool: pools.administration, store, cases: createCases(store) };
    await Promise.all([releaseLocked(parts), releaseLocked(parts)]);
    expect((await read(id)).body).toMatchObject({ state: "pending", assignee: null });
    const { body } = await as("root", app, "GET", `/v1/cases/${id}/history`);
    expect(body["items"], "once, whoever else looks").toMatchObject([{ actor: "system", kind: "released" }]);
  });
});
