// Whatever is sent to the API of rules: a coded refusal, never a 5xx, never a stack trace.
import { randomUUID } from "node:crypto";

import fc from "fast-check";
import type { InjectOptions } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../test/ask.ts";
import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { as, rule, ruleSet, rulesOn, type RulesApp } from "../../test/rules.ts";
import { migrate } from "../database/migrator.ts";

let database: TestDatabase;
let app: RulesApp;

const segment = fc.oneof(
  fc.constantFrom(
    "1",
    "2",
    "live",
    "0",
    "-1",
    "1e3",
    "999999999999",
    "fuzzed",
    "history",
    "validate",
    "__proto__",
    "%00",
  ),
  fc.string({ unit: "binary", maxLength: 12 }).map((text) => encodeURIComponent(text.toWellFormed())),
);
const path = fc
  .tuple(
    fc.constantFrom("rule-sets", "lists", "snoozes"),
    fc.option(segment),
    fc.option(fc.constantFrom("publish", "rollback", "shadow", "diff", "values", "end")),
  )
  .map(([kind, name, rest]) => `/v1/${[kind, name, rest].filter((part) => part !== null).join("/")}`);
const query = fc.option(
  fc
    .dictionary(
      fc.constantFrom("limit", "after", "state", "from", "active", "x"),
      fc.string({ unit: "binary", maxLength: 9 }),
    )
    .map((members) =>
      new URLSearchParams(
        Object.entries(members).map(([name, value]) => [name, value.toWellFormed()]),
      ).toString(),
    ),
);
const sound = fc.constantFrom<object>(
  { document: ruleSet() },
  { replaces: 1, reason: "" },
  { name: "another", values: ["a"] },
  { add: ["a"], remove: ["b"] },
  { values: ["a"] },
  { rule: "large", subject: "a", until: "2099-01-01T00:00:00Z", reason: "a" },
);
const damaged = fc
  .tuple(
    sound,
    fc.constantFrom("document", "note", "replaces", "name", "values", "add", "rule", "until"),
    fc.jsonValue(),
  )
  .map(([body, field, value]) => ({ ...body, [field]: value }));
const damagedRule = fc
  .tuple(
    fc.constantFrom("id", "expression", "score", "outcome", "reason", "subject", "whenAway", "enabled"),
    fc.jsonValue(),
  )
  .map(([field, value]) => ({ document: ruleSet([rule("large", { [field]: value })]) }));
const body = fc.oneof(sound, damaged, damagedRule, fc.jsonValue());

onEngines("refusals of rules", ({ start }) => {
  beforeAll(async () => {
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    app = await rulesOn(database.url());
    await as("alice", app, "POST", "/v1/lists", { name: "fuzzed" });
  });
  afterAll(async () => {
    await app?.server.close();
    await database?.stop();
  });

  test("no request gets a 5xx", async () => {
    const methods = fc.constantFrom(
      "GET" as const,
      "POST" as const,
      "PUT" as const,
      "PATCH" as const,
      "DELETE" as const,
    );
    const match = fc.constantFrom({}, { "if-match": "*" }, { "if-match": '"1.1"' }, { "if-match": ',,"' });
    await fc.assert(
      fc.asyncProperty(methods, path, query, body, match, async (method, path, query, body, headers) => {
        const url = query === null ? path : `${path}?${query}`;
        const { status } = await as("alice", app, method, url, method === "GET" ? undefined : body, headers);
        expect(status).toBeLessThan(500);
      }),
      { numRuns: 400 },
    );
  });

  test.each([
    [{ url: "/v1/rule-sets/0" }, 404, "rule_set_not_found"],
    [{ url: "/v1/rule-sets/99999999999999999999" }, 404, "rule_set_not_found"],
    [{ url: "/v1/rule-sets/77" }, 404, "rule_set_not_found"],
    [{ url: "/v1/rule-sets/1/diff?from=77" }, 404, "rule_set_not_found"],
    [{ url: "/v1/rule-sets?limit=0" }, 400, "invalid_request"],
    [{ url: "/v1/rule-sets?limit=201" }, 400, "invalid_request"],
    [{ url: "/v1/rule-sets?after=x" }, 400, "invalid_request"],
    [{ url: "/v1/rule-sets?state=gone" }, 400, "invalid_request"],
    [{ url: "/v1/rule-sets?stat=draft" }, 400, "invalid_request"],
    [{ url: "/v1/lists/%00" }, 404, "list_not_found"],
    [{ url: "/v1/lists/nowhere" }, 404, "list_not_found"],
    [{ url: "/v1/lists/nowhere/values" }, 404, "list_not_found"],
    [{ url: "/v1/snoozes/1" }, 404, "snooze_not_found"],
    [{ url: `/v1/snoozes/${randomUUID()}` }, 404, "snooze_not_found"],
    [{ url: "/v1/snoozes?after=1" }, 400, "invalid_request"],
    [{ url: "/v1/rule-sets", method: "DELETE" }, 405, "method_not_allowed"],
    [{ url: "/v1/rule-sets/1/publish", method: "GET" }, 405, "method_not_allowed"],
    [{ url: "/v1/lists/fuzzed/values", method: "POST" }, 405, "method_not_allowed"],
    [
      { url: "/v1/rule-sets", method: "POST", payload: "{", headers: { "content-type": "application/json" } },
      400,
      "malformed_json",
    ],
    [
      { url: "/v1/rule-sets", method: "POST", payload: "{}", headers: { "content-type": "text/plain" } },
      415,
      "unsupported_media_type",
    ],
    [
      {
        url: "/v1/lists",
        method: "POST",
        payload: " ".repeat(2 * 1024 * 1024 + 1),
        headers: { "content-type": "application/json" },
      },
      413,
      "body_too_large",
    ],
  ] as const)("answers %.60j with %i %s", async (options, status, code) => {
    const headers = { "x-actor": "alice", ...("headers" in options ? options.headers : {}) };
    const answer = await ask(app, { ...(options as InjectOptions), headers });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  test("an expression that is long, deep or costly is refused in time", async () => {
    for (const expression of [
      "(".repeat(4000),
      `${"!".repeat(3999)}true`,
      Array.from({ length: 300 }, () => "amount > 1").join(" && "),
      'debtor.name.matches("(a+)+$")',
      "[1,2,3].all(x, [1,2,3].all(y, x > y))",
    ]) {
      const document = ruleSet([rule("large", { expression })]);
      const { status, body } = await as("alice", app, "POST", "/v1/rule-sets/validate", { document });
      expect([status, body.code]).toEqual([400, "invalid_rule_set"]);
    }
  });

  test("everything wrong with a document is told at once, and validating is as saving", async () => {
    const document = {
      ...ruleSet([
        rule("twice"),
        rule("twice"),
        rule("odd", { expression: "amount +" }),
        rule("text", { expression: "currency" }),
      ]),
      surplus: 1,
    };
    for (const [url, body] of [
      ["/v1/rule-sets", { document, note: 7, other: 1 }],
      ["/v1/rule-sets/validate", { document, other: 1 }],
    ] as const) {
      const { status, body: answer } = await as("alice", app, "POST", url, body);
      expect(status).toBe(400);
      expect(answer.code).toBe("invalid_rule_set");
      const found = answer.reasons.map(({ code, pointer }) => `${code} ${pointer}`);
      expect(found).toEqual(
        expect.arrayContaining([
          "unknown_field /other",
          "unknown_field /document/surplus",
          "rule_id_repeated /document/rules/1/id",
          "syntax /document/rules/2/expression",
          "not_bool /document/rules/3/expression",
          ...(url === "/v1/rule-sets" ? ["wrong_type /note"] : []),
        ]),
      );
    }
    const empty = await as("alice", app, "POST", "/v1/rule-sets", {});
    expect(empty.body.reasons).toMatchObject([{ code: "missing_field", pointer: "/document" }]);
    const valid = await as("alice", app, "POST", "/v1/rule-sets/validate", { document: ruleSet() });
    expect([valid.status, valid.body["lists"]]).toEqual([200, []]);
  });

  test("nobody acts unnamed, as the service, or where authentication is required", async () => {
    const closed = await rulesOn(database.url(), { AUTHENTICATION: "required" });
    for (const [replica, headers] of [
      [app, {}],
      [app, { "x-actor": "system" }],
      [app, { "x-actor": "a b" }],
      [closed, { "x-actor": "alice" }],
    ] as const) {
      for (const url of ["/v1/rule-sets", "/v1/lists", "/v1/snoozes"]) {
        const { statusCode, headers: answer } = await replica.server.inject({ url, headers });
        expect([statusCode, answer["www-authenticate"]]).toEqual([401, expect.stringContaining("Bearer")]);
      }
    }
    await closed.server.close();
  });
});
