import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appOn } from "../../test/apps.ts";
import type { App } from "../app.ts";
import { problems } from "../http/problems.ts";
import { TAGS } from "./components.ts";
import { follow, operationsOf, pointerTo, schemaValidator, type Description } from "./testing/description.ts";

let app: App;
let description: Description;

// No database is asked for its description.
beforeAll(async () => {
  app = await appOn("postgresql://nobody@127.0.0.1:1/none");
  description = (await app.server.inject("/openapi.json")).json();
});
afterAll(() => app?.server.close());

/** Every object of the document, with where it is. */
function* parts(part: unknown, steps: string[] = []): Generator<[string[], Record<string, unknown>]> {
  if (typeof part !== "object" || part === null) return;
  yield [steps, part as Record<string, unknown>];
  for (const [key, value] of Object.entries(part)) yield* parts(value, [...steps, key]);
}

describe("the API's description", () => {
  test("has every route but those that only say that there is none", () => {
    const told = operationsOf(description).map(({ path, method }) => `${method} ${path}`);
    expect(told.length).toBeGreaterThan(30);
    expect(told).toEqual(
      expect.arrayContaining(["post /v1/transactions", "post /v1/api-keys", "get /v1/screening"]),
    );
  });

  test("names each operation once, says what it does, who may do it, and under what it is found", () => {
    const operations = operationsOf(description).map(({ operation }) => operation);
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const tags = TAGS.map(({ name }) => name);
    for (const { operationId, summary, description: text, tags: used, security } of operations) {
      expect(summary, `${operationId}`).toBeTruthy();
      expect(text, `${operationId}`).toMatch(/(?:For anyone|Takes the role .+)\.$/);
      expect(tags, `${operationId}`).toEqual(expect.arrayContaining([...used]));
      expect(used.length, `${operationId}`).toBe(1);
      expect(security, `${operationId}`).toEqual(
        /For anyone/.test(text) ? [] : [{ bearer: [] }, { apiKey: [] }],
      );
    }
  });

  test("has references that lead somewhere, and names nothing that is not used", () => {
    const refs = [...parts(description)].flatMap(([, { $ref }]) => (typeof $ref === "string" ? [$ref] : []));
    expect(refs.filter((ref) => follow(description, ref) === undefined)).toEqual([]);
    const named = ["schemas", "responses", "headers"].flatMap((kind) =>
      Object.keys(description.components[kind] ?? {}).map((name) => `#/components/${kind}/${name}`),
    );
    expect(named.filter((name) => !refs.includes(name))).toEqual([]);
  });

  test("declares every parameter of a path, and no other", () => {
    for (const { path, operation } of operationsOf(description)) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
      expect(declared.map(({ name }) => name).toSorted(), `${path}`).toEqual(inPath.toSorted());
      const keys = (operation.parameters ?? []).map((parameter) => `${parameter.in} ${parameter.name}`);
      expect(new Set(keys).size, `${path}`).toBe(keys.length);
      for (const parameter of operation.parameters ?? []) expect(parameter.description).toBeTruthy();
    }
  });

  test("describes every answer; what is no success is a problem", () => {
    for (const { path, operation } of operationsOf(description)) {
      for (const [status, response] of Object.entries(operation.responses)) {
        const found = (response.$ref ? follow(description, response.$ref) : response) as typeof response;
        expect(found.description, `${path} ${status}`).toBeTruthy();
        expect(found.description).not.toBe("Default Response");
        const isProblem = Object.keys(found.content ?? {}).join() === "application/problem+json";
        expect(isProblem, `${path} ${status}`).toBe(Number(status) >= 400);
      }
    }
    const examples = Object.values(description.components["responses"] ?? {}) as {
      content: { "application/problem+json": { example: { code: keyof typeof problems; status: number } } };
    }[];
    for (const { content } of examples) {
      const { code, status } = content["application/problem+json"].example;
      expect(problems[code][0]).toBe(status);
    }
  });

  test("has valid schemas, whose examples fit them", () => {
    const validate = schemaValidator(description);
    const schemas = [...parts(description)].filter(([steps]) => steps.at(-1) === "schema");
    expect(schemas.length).toBeGreaterThan(100);
    for (const [steps] of schemas) validate(pointerTo(...steps));
    for (const [steps, media] of parts(description)) {
      if (!("example" in media) || !("schema" in media)) continue;
      const check = validate(pointerTo(...steps, "schema"));
      check(media["example"]);
      expect(check.errors ?? [], `${steps.join("/")}`).toEqual([]);
    }
  });
});

test("what is known already is not sent again, and what is long is sent compressed", async () => {
  const first = await app.server.inject("/openapi.json");
  const { etag } = first.headers;
  const again = await app.server.inject({ url: "/openapi.json", headers: { "if-none-match": String(etag) } });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
  for (const encoding of ["br", "gzip"]) {
    const packed = await app.server.inject({
      url: "/openapi.json",
      headers: { "accept-encoding": encoding },
    });
    expect([packed.headers["content-encoding"], packed.headers["vary"]]).toEqual([
      encoding,
      "accept-encoding",
    ]);
    expect(packed.rawPayload.length).toBeLessThan(first.rawPayload.length / 4);
  }
  const small = await app.server.inject({ url: "/healthz", headers: { "accept-encoding": "gzip" } });
  expect(small.headers["content-encoding"]).toBeUndefined();
});
