// Every route of the API's description for every role: what the guard does is what is written down here.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appOn, ask } from "../../test/apps.ts";
import { startPostgres } from "../../test/postgres.ts";
import type { TestDatabase } from "../../test/engines.ts";
import type { App } from "../app.ts";
import { connect } from "../database/open.ts";
import { migrate } from "../database/migrator.ts";
import { operationsOf, type Description } from "../openapi/testing/description.ts";
import { createKey } from "./keys.ts";
import { expandRoles, type Role, ROLES } from "./roles.ts";

type Table = Readonly<Record<string, readonly string[]>>;

/** By the roles of which one is enough; a role may also do what those may that it includes. */
const TABLE: Table = {
  anyone: [
    "GET /healthz",
    "GET /health",
    "GET /readyz",
    "POST /v1/people/sign-up",
    "POST /v1/people/sign-up/confirm",
    "POST /v1/sessions",
    "POST /v1/sessions/refresh",
    "GET /.well-known/jwks.json",
  ],
  submitter: ["POST /v1/transactions", "POST /v1/uploads", "DELETE /v1/uploads/{id}"],
  viewer: [
    "GET /v1/transactions",
    "GET /v1/uploads",
    "GET /v1/transactions/{id}/replay",
    "GET /v1/rule-sets",
    "POST /v1/rule-sets/validate",
    "GET /v1/rule-sets/history",
    "GET /v1/rule-sets/{version}",
    "GET /v1/rule-sets/{version}/diff",
    "GET /v1/lists",
    "GET /v1/lists/{name}",
    "GET /v1/lists/{name}/values",
    "GET /v1/snoozes",
    "GET /v1/snoozes/{id}",
    "GET /v1/screening/clearances",
    "GET /v1/backtests",
    "GET /v1/backtests/{id}",
    "GET /v1/backtests/{id}/report",
    "GET /v1/rule-sets/{version}/shadow-report",
    "GET /v1/cases",
    "GET /v1/cases/queue",
    "GET /v1/cases/{id}",
    "GET /v1/cases/{id}/alerts",
    "GET /v1/cases/{id}/history",
    "GET /v1/events",
    "GET /v1/events/kinds",
    "GET /v1/business/days",
  ],
  "submitter viewer": ["GET /v1/uploads/{id}", "GET /v1/uploads/{id}/results", "GET /v1/transactions/{id}"],
  author: [
    "POST /v1/rule-sets",
    "PUT /v1/rule-sets/{version}",
    "POST /v1/lists",
    "PATCH /v1/lists/{name}/values",
    "PUT /v1/lists/{name}/values",
  ],
  approver: [
    "POST /v1/rule-sets/{version}/publish",
    "POST /v1/rule-sets/{version}/rollback",
    "PUT /v1/rule-sets/{version}/shadow",
    "DELETE /v1/rule-sets/{version}/shadow",
  ],
  analyst: [
    "POST /v1/snoozes",
    "POST /v1/snoozes/{id}/end",
    "GET /v1/screening",
    "POST /v1/screening/clearances",
    "POST /v1/screening/clearances/{id}/end",
    "POST /v1/cases/next",
    "PUT /v1/cases/{id}/assignee",
    "DELETE /v1/cases/{id}/assignee",
    "POST /v1/cases/{id}/notes",
    "POST /v1/cases/{id}/close",
  ],
  "approver author": ["POST /v1/backtests", "DELETE /v1/backtests/{id}"],
  administrator: [
    "POST /v1/people",
    "GET /v1/people",
    "GET /v1/people/{name}",
    "PUT /v1/people/{name}/roles",
    "POST /v1/people/{name}/lock",
    "POST /v1/people/{name}/unlock",
    "POST /v1/people/{name}/reset",
    "GET /v1/snapshots",
    "POST /v1/webhooks",
    "GET /v1/webhooks",
    "GET /v1/webhooks/{id}",
    "PATCH /v1/webhooks/{id}",
    "DELETE /v1/webhooks/{id}",
    "POST /v1/webhooks/{id}/rotate-secret",
    "GET /v1/webhooks/{id}/dead-letters",
    "POST /v1/webhooks/{id}/dead-letters/{number}/redeliver",
    "POST /v1/webhooks/{id}/redeliver",
    "POST /v1/api-keys",
    "GET /v1/api-keys",
    "POST /v1/api-keys/{id}/rotate",
    "DELETE /v1/api-keys/{id}",
  ],
  "administrator analyst approver author submitter viewer": [
    "PUT /v1/people/me/password",
    "POST /v1/people/me/recovery-codes",
    "GET /v1/sessions",
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/{id}",
    "GET /v1/whoami",
  ],
};

let database: TestDatabase;
let app: App;
const keys = new Map<Role, string>();

beforeAll(async () => {
  database = await startPostgres();
  await migrate({ url: database.url(), deadline: 20_000 });
  // A stream of events ends by itself.
  app = await appOn(database.url(), { AUTHENTICATION: "required", EVENT_STREAM_MS: "1000" });
  const client = await connect({ url: database.url(), name: "test", connectTimeout: 5000 });
  for (const role of ROLES) {
    const request = { name: role, owner: role, roles: [role], expiresAt: null };
    keys.set(role, (await createKey(client, "test", request)).key);
  }
  client.release();
});
afterAll(async () => {
  await app?.server.close();
  await database?.stop();
});

const described = async () =>
  operationsOf((await ask(app, { url: "/openapi.json" })).body as unknown as Description);

const sorted = (table: Table) =>
  Object.fromEntries(Object.entries(table).map(([roles, routes]) => [roles, routes.toSorted()]));

test("the description says of each route what the table says, and has no other", async () => {
  const told: Record<string, string[]> = {};
  for (const { path, method, operation } of await described()) {
    const roles = /Takes the role (.+)\.$/
      .exec(operation.description)?.[1]
      ?.split(" or ")
      .toSorted()
      .join(" ");
    (told[roles ?? "anyone"] ??= []).push(`${method.toUpperCase()} ${path}`);
  }
  expect(sorted(told)).toEqual(sorted(TABLE));
});

describe.each([undefined, ...ROLES])("as %s", (role) => {
  const has = role === undefined ? new Set<Role>() : expandRoles([role]);

  test.each(Object.entries(TABLE))("for %s", async (roles, routes) => {
    const isOpen = roles === "anyone";
    const isAllowed = isOpen || roles.split(" ").some((each) => has.has(each as Role));
    for (const route of routes) {
      const [method, path] = route.split(" ") as ["GET", string];
      const url = path.replaceAll(/\{\w+\}/g, "1");
      const headers = role === undefined ? {} : { "x-api-key": keys.get(role) as string };
      const { statusCode: status } = await app.server.inject({ method, url, headers });
      const refusal = role === undefined ? 401 : 403;
      expect([401, 403].includes(status) ? status : "let in", `${route}`).toBe(
        isAllowed ? "let in" : refusal,
      );
    }
  });
});
