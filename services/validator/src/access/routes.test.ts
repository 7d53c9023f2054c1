import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, type Answer } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { onEngines, type TestDatabase, textOf } from "../../test/engines.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import type { Role } from "./roles.ts";

const run = promisify(execFile);

let database: TestDatabase;
let app: App;
let other: App;
let root: string;

async function commandMakes(args: string[]): Promise<string> {
  const program = join(import.meta.dirname, "..", "create-key.ts");
  const { stdout } = await run(process.execPath, [program, ...args], {
    env: { ...process.env, DATABASE_URL: database.url() },
  });
  return stdout.trim();
}

function call(
  key: string | undefined,
  method: NonNullable<InjectOptions["method"]>,
  url: string,
  body?: unknown,
  on = app,
): Promise<Answer> {
  const headers = {
    ...(key !== undefined && { authorization: `Bearer ${key}` }),
    ...(body !== undefined && { "content-type": "application/json" }),
  };
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  return ask(on, { method, url, headers, ...payload });
}

async function keyFor(owner: string, ...roles: Role[]): Promise<{ id: string; key: string }> {
  const { status, body } = await call(root, "POST", "/v1/api-keys", { name: `${owner}'s`, owner, roles });
  expect(status).toBe(201);
  return body as unknown as { id: string; key: string };
}

/** Whoever signs in or verifies tokens has no credentials yet, or needs none. */
const FOR_ANYONE = new Set([
  "get /healthz",
  "get /health",
  "get /readyz",
  "get /.well-known/jwks.json",
  "post /v1/people/sign-up",
  "post /v1/people/sign-up/confirm",
  "post /v1/sessions",
  "post /v1/sessions/refresh",
]);

/** Transactions, or statements, that the database has seen so far: what each of them counts. */
const WORK = {
  postgresql: "select sum(xact_commit)::int as n from pg_stat_database",
  mysql: "select variable_value as n from information_schema.global_status where variable_name = 'Questions'",
};

onEngines("access", ({ start, engine }) => {
  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    const env = { AUTHENTICATION: "required" };
    [app, other] = await Promise.all([appOn(database.url(), env), appOn(database.url(), env)]);
    root = await commandMakes(["--role", "administrator", "--name", "root"]);
  });
  afterAll(async () => {
    await Promise.all([app?.server.close(), other?.server.close()]);
    await database?.stop();
  });

  test("the command's key opens what its role may do, and the database holds nothing that opens", async () => {
    expect(root).toMatch(/^vk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/);
    const { status, body } = await call(root, "GET", "/v1/whoami");
    expect([status, body]).toEqual([
      200,
      { actor: "root", roles: ["administrator", "viewer"], by: "api_key" },
    ]);
    expect(await textOf(database, "api_keys")).not.toContain(root.slice(16));
    const acts = await database.query("select actor, act from audit_events where act like 'api_key.%'");
    expect(acts.rows[0]).toEqual({ actor: expect.stringMatching(/^command:/), act: "api_key.created" });
  });

  test("a key may do what its roles may, by either header, and nothing else", async () => {
    const machine = await keyFor("gateway", "submitter");
    const posted = await call(machine.key, "POST", "/v1/transactions", payment({}, Date.now()));
    expect(posted.status).toBe(200);
    const url = `/v1/transactions/${posted.body.id}`;
    expect((await ask(app, { url, headers: { "x-api-key": machine.key } })).status).toBe(200);

    const refused = await call(machine.key, "GET", "/v1/rule-sets");
    expect([refused.status, refused.body.code, refused.body.reasons[0]]).toMatchObject([
      403,
      "forbidden",
      { message: "takes the role viewer" },
    ]);
    const reader = await keyFor("auditor", "viewer");
    expect((await call(reader.key, "GET", "/v1/rule-sets")).status).toBe(200);
    const draft = { document: { name: "x", scheme: "cases", rules: [] } };
    for (const [method, path, body] of [
      ["POST", "/v1/transactions", payment()],
      ["POST", "/v1/rule-sets", draft],
      ["POST", "/v1/api-keys", { name: "mine", owner: "auditor", roles: ["administrator"] }],
      ["GET", "/v1/api-keys", undefined],
    ] as const) {
      expect((await call(reader.key, method, path, body)).status, `${method} ${path}`).toBe(403);
    }
  });

  test("what is no key, another key's secret, both headers, and none are 401", async () => {
    const { key } = await keyFor("alice", "viewer");
    const secret = root.slice(16);
    const forged = `vk_${key.slice(3, 15)}_${secret}`;
    for (const headers of [
      {},
      { authorization: "Bearer nonsense" },
      { authorization: `Basic ${btoa("root:root")}` },
      { authorization: `Bearer ${forged}` },
      { "x-api-key": `${key}x` },
      { "x-api-key": `vk_aaaaaaaaaaaa_${secret}` },
      { "x-api-key": key, authorization: `Bearer ${key}` },
      { "x-actor": "alice" },
    ]) {
      const { status, body, headers: answer } = await ask(app, { url: "/v1/rule-sets", headers });
      expect([status, body.code], `${JSON.stringify(headers)}`).toEqual([401, "unauthenticated"]);
      expect(answer["www-authenticate"]).toMatch(/^Bearer realm="validator"/);
      expect(JSON.stringify(body)).not.toContain(secret);
    }
  });

  test("health, the API's description and signing in need no key; every other route does", async () => {
    for (const url of ["/healthz", "/health", "/readyz", "/openapi.json"]) {
      expect((await ask(app, { url })).status, `${url}`).toBe(200);
    }
    const { body } = await ask(app, { url: "/openapi.json" });
    const paths = body["paths"] as Record<string, Record<string, object>>;
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) {
        if (FOR_ANYONE.has(`${method} ${path}`)) continue;
        const url = path.replaceAll(/\{\w+\}/g, "1");
        const { status } = await ask(app, { method: method.toUpperCase() as "GET", url });
        expect(status, `${method} ${path}`).toBe(401);
      }
    }
  });

  test("a revoked key ends here at once, and on another replica within seconds", async () => {
    const { id, key } = await keyFor("mallory", "viewer");
    expect((await call(key, "GET", "/v1/whoami", undefined, other)).status).toBe(200);
    const revoked = await call(root, "DELETE", `/v1/api-keys/${id}`);
    expect([revoked.status, revoked.body["revokedBy"]]).toEqual([200, "root"]);
    expect((await call(key, "GET", "/v1/whoami")).status).toBe(401);
    await until(async () => (await call(key, "GET", "/v1/whoami", undefined, other)).status === 401, 5000);
    expect((await call(root, "POST", `/v1/api-keys/${id}/rotate`, {})).body.code).toBe("api_key_ended");
  });

  test("rotation makes another key of the same owner and roles; the old one goes on as long as it was told", async () => {
    const { id, key } = await keyFor("carol", "analyst");
    const next = await call(root, "POST", `/v1/api-keys/${id}/rotate`, { overlapSeconds: 3600 });
    expect([next.status, next.body["owner"], next.body["roles"]]).toEqual([201, "carol", ["analyst"]]);
    for (const each of [key, next.body["key"] as string]) {
      expect((await call(each, "GET", "/v1/whoami")).body["actor"]).toBe("carol");
    }
    const last = await call(root, "POST", `/v1/api-keys/${next.body.id}/rotate`, {});
    expect((await call(next.body["key"] as string, "GET", "/v1/whoami")).status).toBe(401);
    expect((await call(last.body["key"] as string, "GET", "/v1/whoami")).status).toBe(200);
  });

  test("an expired key opens nothing, and when a key was used can be seen", async () => {
    const soon = new Date(Date.now() + 1500).toISOString();
    const brief = { name: "brief", owner: "dave", roles: ["viewer"], expiresAt: soon };
    const { body } = await call(root, "POST", "/v1/api-keys", brief);
    const key = body["key"] as string;
    expect((await call(key, "GET", "/v1/whoami")).status).toBe(200);
    const used = await database.query("select id from api_keys where last_used_at is not null");
    expect(used.rows.length).toBeGreaterThan(0);
    await until(async () => (await call(key, "GET", "/v1/whoami")).status === 401, 5000);
    const past = { ...brief, expiresAt: "2020-01-01T00:00:00Z" };
    expect((await call(root, "POST", "/v1/api-keys", past)).body.reasons[0]?.pointer).toBe("/expiresAt");
    expect((await call(root, "POST", "/v1/api-keys", { ...brief, owner: "system" })).status).toBe(400);
  });

  test("two keys of one owner are one person to maker and checker", async () => {
    const [one, two] = [await keyFor("erin", "author"), await keyFor("erin", "approver")];
    const rules = [
      {
        id: "much",
        expression: "major > 1000.0",
        outcome: "review",
        reason: { code: "much_hit", message: "is much", pointer: "/instructedAmount/value" },
        whenAway: "open",
      },
    ];
    const draft = await call(one.key, "POST", "/v1/rule-sets", {
      document: { name: "x", scheme: "cases", rules },
    });
    expect(draft.status).toBe(201);
    const publish = (key: string) =>
      ask(app, {
        method: "POST",
        url: `/v1/rule-sets/${draft.body["version"] as number}/publish`,
        headers: {
          "x-api-key": key,
          "content-type": "application/json",
          "if-match": String(draft.headers["etag"]),
        },
        payload: JSON.stringify({ replaces: 1 }),
      });
    expect((await publish(two.key)).body.code).toBe("second_person_needed");
    expect((await publish((await keyFor("frank", "approver")).key)).status).toBe(200);
  });

  test("keys go on while the database is away, and a flood of wrong ones does not reach it", async () => {
    const { key } = await keyFor("grace", "viewer");
    const away = await appOn(database.url(), { AUTHENTICATION: "required" });
    try {
      // On a busy machine the first reading of the keys may take longer than a request waits for it.
      await until(async () => (await call(key, "GET", "/v1/whoami", undefined, away)).status === 200, 5000);
      await database.kill();
      expect((await call(key, "GET", "/v1/whoami", undefined, away)).status).toBe(200);
    } finally {
      await database.start();
      await away.server.close();
    }
    const work = async () => Number((await database.query(WORK[engine])).rows[0]?.["n"]);
    const before = await work();
    const wrong = () => ask(app, { url: "/v1/whoami", headers: { "x-api-key": key.replace(/.$/, "!") } });
    const unknown = () =>
      ask(app, { url: "/v1/whoami", headers: { "x-api-key": key.replace(/vk_...../, "vk_zzzzz") } });
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, index) => (index % 2 ? wrong() : unknown())),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect((await work()) - before).toBeLessThan(100);
  });

  test("a refused command says why, in a line and its usage", async () => {
    const program = join(import.meta.dirname, "..", "create-key.ts");
    for (const [args, why] of [
      [["--role", "king", "--name", "x"], 'There is no role "king".'],
      [["--name", "x"], "A key takes --role and --name."],
      [["--role", "viewer", "--name", "x", "--owner", "system"], "--owner is 1 to 100"],
    ] as const) {
      const ended = run(process.execPath, [program, ...args], {
        env: { ...process.env, DATABASE_URL: database.url() },
      });
      await expect(ended).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining(why) });
    }
  });
});
