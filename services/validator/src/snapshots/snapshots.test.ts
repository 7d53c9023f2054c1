// What administrators change, as it was before and after.
import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn } from "../../test/apps.ts";
import { json, onEngines, type TestDatabase } from "../../test/engines.ts";
import { as } from "../../test/rules.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { hashOf } from "./snapshot.ts";

const text = (value: unknown) => (value === null ? null : JSON.stringify(value));

onEngines("snapshots", ({ start }) => {
  let database: TestDatabase;
  let app: App;

  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 20_000 });
    app = await appOn(database.url(), { AUTHENTICATION: "open" });
  });
  afterAll(async () => {
    await app?.server.close();
    await database?.stop();
  });

  const read = async (query: string) => {
    const { status, body } = await as("root", app, "GET", `/v1/snapshots?${query}`);
    return { status, code: body.code, items: body["items"] as Record<string, any>[], next: body["next"] };
  };

  test("a person is there before and after, by version, newest first, and the act has the hash", async () => {
    const person = { name: "ana", displayName: "Ana", roles: ["viewer"] };
    expect((await as("root", app, "POST", "/v1/people", person)).status).toBe(201);
    expect((await as("root", app, "POST", "/v1/people/ana/lock", { reason: "left" })).status).toBe(200);
    const { items, next } = await read("subject=people/ana&limit=1");
    expect(items).toMatchObject([
      {
        subject: "people/ana",
        version: 2,
        act: { name: "person.locked", actor: "root" },
        before: { name: "ana", lockedBy: null, revision: 1 },
        after: { name: "ana", lockedBy: "root", revision: 2 },
      },
    ]);
    const older = await read(`subject=people/ana&limit=1&after=${next}`);
    expect(older.items).toMatchObject([{ version: 1, before: null, after: { roles: ["viewer"] } }]);
    expect(older.next).toBeNull();
    const { id } = items[0]?.["act"] ?? {};
    const acts = await database.query("select details from audit_events where id = $1", [id]);
    const hash = hashOf({ before: text(items[0]?.["before"]), after: text(items[0]?.["after"]) });
    expect(json(acts.rows[0].details)).toEqual({ reason: "left", snapshot: hash });
  });

  test("a rule set, a list and a key have theirs, and no secret is in them", async () => {
    const list = { name: "mules", description: "accounts", values: ["a", "b"] };
    expect((await as("root", app, "POST", "/v1/lists", list)).status).toBe(201);
    expect((await read("subject=lists/mules")).items).toMatchObject([{ version: 2, after: { size: 2 } }]);
    const made = await as("root", app, "POST", "/v1/api-keys", {
      name: "k",
      owner: "ben",
      roles: ["viewer"],
    });
    const { id, key } = made.body as unknown as { id: string; key: string };
    await as("root", app, "DELETE", `/v1/api-keys/${id}`);
    const keys = await read(`subject=api-keys/${id}`);
    expect(keys.items.map(({ version, act }) => [version, act.name])).toEqual([
      [2, "api_key.revoked"],
      [1, "api_key.created"],
    ]);
    const { rows } = await database.query("select * from audit_snapshots");
    expect(JSON.stringify(rows)).not.toContain(key.slice(-20));
    expect(JSON.stringify(rows).toLowerCase()).not.toMatch(/password|secret/);
  });

  test("only administrators read them, and a page begins after a snapshot", async () => {
    const made = await as("root", app, "POST", "/v1/api-keys", {
      name: "v",
      owner: "val",
      roles: ["viewer"],
    });
    const viewer = { authorization: `Bearer ${String(made.body["key"])}` };
    const refused = await as("", app, "GET", "/v1/snapshots?subject=people/ana", undefined, viewer);
    expect([refused.status, refused.body.code]).toEqual([403, "forbidden"]);
    expect(await read("subject=people/ana&after=x")).toMatchObject({ status: 400, code: "invalid_request" });
    expect(await read("")).toMatchObject({ status: 400, code: "invalid_request" });
  });
});
