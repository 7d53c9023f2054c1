// Every operation, as the API's own description tells it: whatever comes in, the answer is one that is described.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { onEngines, type TestDatabase } from "../../test/engines.ts";
import { payment } from "../../test/payments.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import {
  operationsOf,
  pointerTo,
  schemaValidator,
  type Described,
  type Description,
} from "./testing/description.ts";
import { requestOf } from "./testing/requests.ts";

/** Health has nothing to vary. */
function runsOf({ operation: { parameters, requestBody } }: Described): number {
  return parameters === undefined && requestBody === undefined ? 2 : 25;
}

const deep = `${'{"a":'.repeat(100)}1${"}".repeat(100)}`;

onEngines("the API", ({ start }) => {
  let database: TestDatabase;
  let app: App;
  let description: Description;
  let bucket: string;

  beforeAll(async () => {
    bucket = mkdtempSync(join(tmpdir(), "validator-fuzz-"));
    database = await start();
    await migrate({ url: database.url(), deadline: 10_000 });
    app = await appOn(database.url(), { AUTHENTICATION: "open", UPLOADS_URL: pathToFileURL(bucket).href });
    // Before the database was reached once, readiness is what it should not be later.
    await until(async () => (await app.server.inject("/readyz")).statusCode === 200, 15_000);
    description = (await app.server.inject("/openapi.json")).json();
  });
  afterAll(async () => {
    await app?.server.close();
    await database?.stop();
    rmSync(bucket, { recursive: true, force: true });
  });

  test(
    "no request of any operation gets a 5xx, or an answer that is not described",
    { timeout: 120_000 },
    async () => {
      const validate = schemaValidator(description);
      for (const described of operationsOf(description)) {
        const { path, method, operation } = described;
        // A stream has no end to wait for.
        if (operation.responses["200"]?.content?.["text/event-stream"] !== undefined) continue;
        await fc.assert(
          fc.asyncProperty(requestOf(description, described), async (request) => {
            const { status, body } = await ask(app, request);
            // Nothing was imported that could be screened against, and without Redis nobody signs in.
            const isNoFault =
              status < 500 || ["screening_unavailable", "sessions_unavailable"].includes(body.code);
            expect(isNoFault, `${method} ${path}: ${status} ${JSON.stringify(body)}`).toBe(true);
            expect(Object.keys(operation.responses), `${method} ${path}`).toContain(String(status));
            const type = status < 400 ? "application/json" : "application/problem+json";
            if (body === undefined || operation.responses[String(status)]?.content?.[type] === undefined)
              return;
            const where = ["paths", path, method, "responses", String(status), "content", type, "schema"];
            const check = validate(pointerTo(...where));
            check(body);
            expect(check.errors ?? [], `${method} ${path}: ${status}`).toEqual([]);
          }),
          { numRuns: runsOf(described), endOnFailure: true },
        );
      }
    },
  );

  test.each([
    ["ten megabytes", `"${"x".repeat(10 * 1024 * 1024)}"`, {}, "body_too_large"],
    ["a hundred levels", deep, {}, "malformed_json"],
    ["invalid UTF-8", Buffer.from([0x22, 0xc3, 0x28, 0x22]), {}, "malformed_json"],
    ["two equal keys", '{"name":"a","name":"b"}', {}, "malformed_json"],
    ["__proto__", '{"__proto__":{"isAdmin":true}}', {}, "invalid_request"],
    ["U+0000", String.raw`{"name":"a\u0000b","values":["\u0000"]}`, {}, "invalid_request"],
    ["SQL", JSON.stringify({ name: "x'; drop table api_keys; --" }), {}, "invalid_request"],
    [
      "another type of content",
      "name=x",
      { "content-type": "application/x-www-form-urlencoded" },
      "unsupported_media_type",
    ],
    ["no type of content", "{}", { "content-type": "" }, "unsupported_media_type"],
    ["a compressed body", "{}", { "content-encoding": "gzip" }, "unsupported_media_type"],
    [
      "another character set",
      "{}",
      { "content-type": "application/json; charset=utf-16" },
      "unsupported_media_type",
    ],
  ])("%s is refused by every route that takes JSON", async (_, body, headers, code) => {
    for (const { path, method, operation } of operationsOf(description)) {
      if (operation.requestBody?.content["application/json"] === undefined) continue;
      const { status, body: problem } = await ask(app, {
        method: method.toUpperCase() as "POST",
        url: path.replaceAll(/\{\w+\}/g, "1"),
        headers: { "x-actor": "alice", "content-type": "application/json", ...headers },
        payload: body,
      });
      const codes = [
        code,
        ...(code === "invalid_request" ? ["invalid_transaction", "invalid_rule_set"] : []),
      ];
      expect(codes, `${method} ${path}: ${status}`).toContain(problem.code);
    }
    expect(({} as Record<string, unknown>)["isAdmin"]).toBeUndefined();
  });

  test("the description's example of a transaction is one", async () => {
    const operation = description.paths["/v1/transactions"]?.["post"];
    const example = operation?.requestBody?.content["application/json"]?.example;
    expect((await post(app, example)).status).toBe(200);
  });

  test("every answer tells a browser to do nothing with it", async () => {
    const expected = {
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      "referrer-policy": "no-referrer",
    };
    const secure = { "x-forwarded-proto": "https" };
    for (const url of ["/healthz", "/nothing", "/v1/lists/none", "/%zz"]) {
      const { headers } = await ask(app, { url, headers: { "x-actor": "alice" } });
      expect(headers, `${url}`).toMatchObject(expected);
      expect([headers["server"], headers["x-powered-by"], headers["strict-transport-security"]]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
    }
    const decided = await post(app, payment({}, Date.now()), secure);
    expect(decided.headers).toMatchObject({ ...expected, "strict-transport-security": expect.any(String) });
  });
});
