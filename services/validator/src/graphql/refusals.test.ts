// What is no question, too large a question, or one at a bad time.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ask } from "../../test/apps.ts";
import { until } from "../../test/until.ts";
import { MOST_OBJECTS } from "./cost.ts";
import { LIMITS } from "./shape.ts";
import { codes, startClient, type Client } from "./testing/client.ts";

let client: Client;

beforeAll(async () => {
  client = await startClient();
});
afterAll(() => client?.stop());

const pages = (first: number) =>
  `{ cases(first: 100) { nodes { alerts(first: ${first}) { nodes { decision { id } } } } } }`;

describe("what is refused", () => {
  const deep = `{ ${"a { ".repeat(LIMITS.depth)} b ${"} ".repeat(LIMITS.depth)} }`;
  const aliases = `{ ${Array.from({ length: LIMITS.aliases + 1 }, (_, n) => `a${n}: __typename`).join(" ")} }`;
  const doubling = `{ cases { ...F0 } } ${Array.from({ length: 20 }, (_, n) => `fragment F${n} on CaseConnection { ...F${n + 1} ...F${n + 1} }`).join(" ")} fragment F20 on CaseConnection { nodes { id } }`;

  test.each([
    ["no document", "", 400, "PARSE_FAILED"],
    ["half of one", "{ cases {", 400, "PARSE_FAILED"],
    ["one that is too long", `#${"x".repeat(LIMITS.length)}\n{ __typename }`, 400, "DOCUMENT_TOO_LONG"],
    ["one of too many words", `{ ${"__typename ".repeat(LIMITS.tokens)} }`, 400, "PARSE_FAILED"],
    ["a depth bomb", deep, 422, "TOO_DEEP"],
    ["an alias bomb", aliases, 422, "TOO_MANY_ALIASES"],
    ["fragments that double", doubling, 422, "TOO_COSTLY"],
    [
      "a cycle of fragments",
      "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
      422,
      "VALIDATION_FAILED",
    ],
    ["a list that is too long", "{ cases(first: 101) { nodes { id } } }", 422, "INVALID_ARGUMENT"],
    ["a list of nothing", "{ cases(first: 0) { nodes { id } } }", 422, "INVALID_ARGUMENT"],
    ["a list beyond all", "{ cases(first: 2147483648) { nodes { id } } }", 422, "VALIDATION_FAILED"],
    [
      "lists in lists",
      "{ cases(first: 100) { nodes { alerts(first: 100) { nodes { score } } } } }",
      422,
      "TOO_COSTLY",
    ],
    ["pages backwards", "{ cases(last: 1) { nodes { id } } }", 422, "VALIDATION_FAILED"],
    ["a field that is not there", "{ secrets }", 422, "VALIDATION_FAILED"],
    [
      "a time that is none",
      '{ decisions(filter: { from: "yesterday" }) { nodes { id } } }',
      422,
      "INVALID_ARGUMENT",
    ],
    [
      "introspection without end",
      `{ __schema { types { ${"fields { type { ".repeat(5)} name ${"} } ".repeat(5)} } } }`,
      422,
      "VALIDATION_FAILED",
    ],
    ["a mutation", 'mutation { deleteCase(id: "1") { id } }', 422, "OPERATION_NOT_ALLOWED"],
    ["a subscription", "subscription { cases { nodes { id } } }", 422, "OPERATION_NOT_ALLOWED"],
    ["no operation", "fragment A on Query { __typename }", 422, "VALIDATION_FAILED"],
    ["several operations", "query A { __typename } query B { __typename }", 422, "OPERATION_UNKNOWN"],
    ["a type system", "type Query { a: Int }", 422, "VALIDATION_FAILED"],
  ])("%s", async (_, text, status, code) => {
    const began = performance.now();
    const told = await client.query(text);
    expect(performance.now() - began).toBeLessThan(5000);
    expect([told.status, told.body.data]).toEqual([status, undefined]);
    expect(codes(told)).toContain(code);
  });

  test("a mutation by GET as well, and what has another name than was asked for", async () => {
    const authorization = String(client.bearer["viewer"]);
    const get = (search: Record<string, string>) =>
      client.app.server.inject({
        url: `/v1/graphql?${new URLSearchParams(search)}`,
        headers: { authorization },
      });
    expect((await get({ query: "mutation { a }" })).statusCode).toBe(422);
    expect((await get({ query: "query A { __typename }", operationName: "B" })).json().errors).toMatchObject([
      { extensions: { code: "OPERATION_UNKNOWN" } },
    ]);
    for (const search of [
      {},
      { query: "{ __typename }", variables: "[1]" },
      { query: "{ __typename }", variables: "{" },
    ])
      expect((await get(search as Record<string, string>)).json().code).toBe("invalid_request");
  });

  test.each([
    ["none that is needed", "query ($id: ID!) { case(id: $id) { id } }", {}],
    ["null where nothing is", "query ($n: Int!) { cases(first: $n) { nodes { id } } }", { n: null }],
    [
      "null where there was another value",
      "query ($n: Int = 5) { cases(first: $n) { nodes { id } } }",
      { n: null },
    ],
    ["text for a number", "query ($n: Int!) { cases(first: $n) { nodes { id } } }", { n: "1" }],
    [
      "no such state",
      "query ($s: CaseState) { cases(filter: { state: $s }) { nodes { id } } }",
      { s: "open" },
    ],
    [
      "a field that a filter has not",
      "query ($f: CaseFilter) { cases(filter: $f) { nodes { id } } }",
      { f: { "; drop": 1 } },
    ],
    ["a list of everything", "query ($f: CaseFilter) { cases(filter: $f) { nodes { id } } }", { f: [[[]]] }],
  ])("variables: %s", async (_, text, variables) => {
    const told = await client.query(text, variables);
    expect([told.status, codes(told)?.[0]]).toEqual([422, "INVALID_VARIABLES"]);
  });

  test.each([
    ["a list of requests", '[{"query":"{ __typename }"}]', "invalid_request"],
    ["no query", "{}", "invalid_request"],
    ["a query that is no text", '{"query":["{ __typename }"]}', "invalid_request"],
    ["variables that are a list", '{"query":"{ __typename }","variables":[1]}', "invalid_request"],
    ["no JSON", "{ __typename }", "malformed_json"],
    ["two queries", '{"query":"{ a }","query":"{ b }"}', "malformed_json"],
    ["a hundred kilobytes", JSON.stringify({ query: "x".repeat(100_000) }), "body_too_large"],
  ])("%s", async (_, payload, code) => {
    const headers = { authorization: String(client.bearer["viewer"]), "content-type": "application/json" };
    expect((await ask(client.app, { method: "POST", url: "/v1/graphql", headers, payload })).body.code).toBe(
      code,
    );
  });

  test("other types of content, other types of answer and other methods", async () => {
    const authorization = String(client.bearer["viewer"]);
    const text = '{"query":"{ __typename }"}';
    const asked = (method: "POST" | "PUT", headers: Record<string, string>) =>
      ask(client.app, { method, url: "/v1/graphql", headers: { authorization, ...headers }, payload: text });
    expect((await asked("POST", { "content-type": "application/graphql" })).body.code).toBe(
      "unsupported_media_type",
    );
    expect((await asked("POST", { "content-type": "text/plain" })).body.code).toBe("unsupported_media_type");
    const json = { "content-type": "application/json" };
    expect((await asked("POST", { ...json, accept: "text/html" })).body.code).toBe("not_acceptable");
    expect((await asked("PUT", json)).body.code).toBe("method_not_allowed");
  });

  test.each([
    "'; drop table cases; --",
    '" or 1=1 --',
    "$1",
    "%00",
    "{}",
    "𝕏".repeat(30),
    "constructor",
    "__proto__",
  ])("%s is only text", async (text) => {
    const told = await client.query(
      `query ($t: String!, $id: ID!) { cases(filter: { account: $t, assignee: $t }) { nodes { id } } valueList(name: $t) { name }
           person(name: $t) { name } case(id: $id) { id } auditActs(filter: { actor: $t, act: $t, subject: $t }) { nodes { id } } }`,
      { t: text, id: text },
    );
    expect(codes(told) ?? []).toEqual([]);
    expect(told.body.data).toMatchObject({ cases: { nodes: [] }, valueList: null, person: null, case: null });
  });

  test.each(["a\u0000b", "\u0007", "", "x".repeat(200)])("%j is not asked for", async (text) => {
    const told = await client.query(
      "query ($t: String!) { cases(filter: { account: $t }) { nodes { id } } }",
      {
        t: text,
      },
    );
    expect(codes(told)).toEqual(["INVALID_ARGUMENT"]);
  });

  test("an answer that is as large as it may be is answered, one more entry is not", async () => {
    const most = Math.floor(((MOST_OBJECTS - 1) / 100 - 2) / 2);
    expect((await client.query(pages(most))).status).toBe(200);
    expect(codes(await client.query(pages(most + 1)))).toEqual(["TOO_COSTLY"]);
  });
});

test("a store that does not answer is 503 with a code, in time, and all is well when it does again", async () => {
  client.postgres.freeze();
  const frozen = await client.query("{ cases { nodes { id } } ruleSetVersion { version } }");
  client.postgres.thaw();
  expect([frozen.status, codes(frozen), frozen.body.data, frozen.headers["retry-after"]]).toEqual([
    503,
    ["STORE_UNAVAILABLE"],
    undefined,
    "1",
  ]);
  await until(async () => (await client.query("{ cases { nodes { id } } }")).status === 200, 10_000);
}, 20_000);
