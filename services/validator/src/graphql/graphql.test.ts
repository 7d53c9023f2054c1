// The GraphQL API as a client has it: what it answers, and to whom.
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { ask, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { as, publish, rule, ruleSet } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { SDL } from "./schema.ts";
import { codes, GRAPHQL, startClient, type Client } from "./testing/client.ts";

let client: Client;
let decision = "";

beforeAll(async () => {
  client = await startClient(fill);
});
afterAll(() => client?.stop());

async function fill(open: App): Promise<void> {
  await until(async () => (await as("root", open, "GET", "/v1/rule-sets/live")).status === 200, 10_000);
  await publish(open, ruleSet([rule("large", { expression: "major > 100.0" })]));
  await as("alice", open, "POST", "/v1/lists", { name: "blocked", values: ["a", "b", "c", "é"] });
  await as("root", open, "POST", "/v1/people", { name: "erika", displayName: "Erika", roles: ["analyst"] });
  await until(async () => {
    const decided = await post(open, payment({}, Date.now()), { "x-actor": "gateway" });
    decision = decided.body.id;
    return (decided.body["ruleSet"] as { version: number } | undefined)?.version === 2;
  }, 10_000);
  const cases = async () => (await as("a", open, "GET", "/v1/cases")).body["items"] as unknown[];
  await until(async () => (await cases()).length > 0, 10_000);
}

async function page(after: string | null) {
  const text = `query ($after: String) {
    valueList(name: "blocked") { values(first: 3, after: $after) {
      nodes { value } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    } }
  }`;
  return (await client.query(text, { after })).body.data.valueList.values;
}

describe("what is answered", () => {
  test("a case with its alerts, their decisions, what was paid, and the rules that decided", async () => {
    const { status, headers, body } = await client.query(`{
      cases(first: 5, filter: { state: pending }) {
        nodes {
          id severity score alertCount overdue
          alerts { nodes { score decision {
            id outcome reasons { code pointer } results { rule result values }
            transaction { instructedAmount { value currency } debtor { account { iban other } } card { bin } }
            ruleSet { version ruleSetVersion { state author document } }
          } } }
          history { edges { cursor node { actor kind details } } pageInfo { hasNextPage } }
        }
        pageInfo { hasNextPage hasPreviousPage endCursor }
      }
    }`);
    expect([status, headers["content-type"]]).toEqual([200, `${GRAPHQL}; charset=utf-8`]);
    const { nodes, pageInfo } = body.data.cases;
    expect(pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: false });
    expect(nodes[0]).toMatchObject({
      severity: "review",
      alertCount: nodes[0].alerts.nodes.length,
      overdue: false,
    });
    expect(nodes[0].history.edges[0].node).toMatchObject({ actor: "system", kind: "opened" });
    const decided = nodes[0].alerts.nodes.at(-1).decision;
    expect(decided).toMatchObject({
      outcome: "review",
      reasons: [{ code: "large_hit", pointer: "/instructedAmount/value" }],
      transaction: {
        instructedAmount: { value: "125000", currency: "EUR" },
        debtor: { account: { iban: "DE89370400440532013000", other: null } },
        card: null,
      },
      ruleSet: { version: 2, ruleSetVersion: { state: "live", author: "alice", document: { name: "test" } } },
    });
  });

  test("the same as the other routes say, of everything that there is", async () => {
    const { body } = await client.query(
      `query ($id: ID!) {
        decision(id: $id) { id outcome score receivedAt decidedAt }
        decisions(first: 1, filter: { outcome: review, account: "DE89370400440532013000", from: "2020-01-01T00:00:00Z" }) { nodes { id } }
        ruleSetVersion { version state note editors approver createdAt }
        ruleSetVersions { nodes { version } }
        valueList(name: "blocked") { size createdBy values(first: 2) { nodes { value addedBy } pageInfo { endCursor hasNextPage } } }
        valueLists { nodes { name } }
        people { nodes { name state roles invitedBy signedUpAt } }
        person(name: "erika") { displayName }
        uploads { nodes { id } }
        auditActs(first: 2, filter: { act: "rule_set.published" }) { nodes { actor subject details at } }
      }`,
      { id: decision.toUpperCase() },
    );
    expect(body.errors).toBeUndefined();
    const { data } = body;
    const viewer = { authorization: String(client.bearer["viewer"]) };
    const rest = await ask(client.app, { url: `/v1/transactions/${decision}`, headers: viewer });
    const { id, outcome, score, receivedAt, decidedAt } = rest.body;
    expect(data.decision).toEqual({ id, outcome, score, receivedAt, decidedAt });
    expect(data.decisions.nodes).toHaveLength(1);
    const live = await ask(client.app, { url: "/v1/rule-sets/live", headers: viewer });
    expect(live.body).toMatchObject(data.ruleSetVersion);
    expect(data.ruleSetVersions.nodes).toEqual([{ version: 2 }, { version: 1 }]);
    expect(data.valueList).toMatchObject({
      size: 4,
      createdBy: "alice",
      values: { nodes: [{ value: "a", addedBy: "alice" }, { value: "b" }], pageInfo: { hasNextPage: true } },
    });
    expect(data.people.nodes).toEqual([
      { name: "erika", state: "invited", roles: ["analyst"], invitedBy: "root", signedUpAt: null },
    ]);
    expect(data.person.displayName).toBe("Erika");
    expect(data.uploads.nodes).toEqual([]);
    expect(data.auditActs.nodes[0]).toMatchObject({ actor: "bob", subject: "rule-sets/2" });
  });

  test("pages follow each other without a gap, and a cursor is of its own list", async () => {
    const first = await page(null);
    const second = await page(first.pageInfo.endCursor);
    expect([...first.nodes, ...second.nodes].map(({ value }) => value)).toEqual(["a", "b", "c", "é"]);
    expect(second.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(second.pageInfo.startCursor).toBe(second.pageInfo.endCursor);
    for (const after of [first.pageInfo.endCursor, "x", "", "W10", "9".repeat(2000)]) {
      const refused = await client.query("query ($after: String) { cases(after: $after) { nodes { id } } }", {
        after,
      });
      expect([refused.status, codes(refused), refused.body.data]).toEqual([
        294,
        ["INVALID_ARGUMENT"],
        { cases: null },
      ]);
    }
  });

  test("what is not there is null", async () => {
    const { body } = await client.query(
      `{ decision(id: "no") { id } case(id: "00000000-0000-7000-8000-000000000000") { id } ruleSetVersion(version: 99) { note }
         valueList(name: "none") { name } person(name: "nobody") { name } upload(id: 7) { id } }`,
    );
    expect(body.errors).toBeUndefined();
    expect(new Set(Object.values(body.data))).toEqual(new Set([null]));
  });

  test("one of several operations, by POST or by GET; older clients get what they know", async () => {
    const text =
      "query A { a: __typename } query B($n: Int!) { b: __typename ruleSetVersion(version: $n) { version } }";
    const posted = await client.send({
      query: text,
      operationName: "B",
      variables: { n: 1 },
      extensions: {},
      new: 1,
    });
    expect(posted.body.data).toEqual({ b: "Query", ruleSetVersion: { version: 1 } });
    const search = new URLSearchParams({
      query: text,
      operationName: "B",
      variables: '{"n":1}',
      extensions: "",
    });
    const authorization = String(client.bearer["viewer"]);
    const got = await ask(client.app, {
      url: `/v1/graphql?${search}`,
      headers: { authorization, accept: "application/json" },
    });
    expect([got.status, got.headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
    expect(got.body["data"]).toEqual(posted.body.data);
    const partial = await client.query(
      "{ people { nodes { name } } }",
      {},
      { role: "viewer", accept: "application/json" },
    );
    expect([partial.status, codes(partial)]).toEqual([200, ["FORBIDDEN"]]);
    const invalid = await client.query("{ none }", {}, { accept: "application/json" });
    expect([invalid.status, invalid.headers["content-type"]]).toEqual([422, `${GRAPHQL}; charset=utf-8`]);
  });
});

describe("who is answered", () => {
  test("nobody without credentials is told anything but the schema, which is open as /openapi.json is", async () => {
    for (const text of ["{ __typename }", getIntrospectionQuery()]) {
      const { status, headers } = await client.query(text, {}, { role: "nobody" });
      expect([status, headers["content-type"]]).toEqual([401, "application/problem+json; charset=utf-8"]);
    }
    const { statusCode, body, headers } = await client.app.server.inject("/v1/graphql/schema");
    expect([statusCode, headers["content-type"], body]).toEqual([
      200,
      "application/graphql; charset=utf-8",
      SDL,
    ]);
    const known = { "if-none-match": String(headers.etag) };
    expect((await client.app.server.inject({ url: "/v1/graphql/schema", headers: known })).statusCode).toBe(
      304,
    );
    const introspected = await client.query(getIntrospectionQuery(), {}, { role: "submitter" });
    expect(printSchema(buildClientSchema(introspected.body.data))).toContain("type CaseAlert {");
  });

  test("each field takes what its route takes", async () => {
    const may: Record<string, Record<string, boolean>> = {};
    for (const role of ["submitter", "viewer", "administrator"]) {
      const fields = `decision(id: "x") { id } decisions { nodes { id } } ruleSetVersion { version } ruleSetVersions { nodes { version } }
        valueList(name: "x") { name } valueLists { nodes { name } } case(id: "x") { id } cases { nodes { id } }
        person(name: "x") { name } people { nodes { name } } upload(id: "x") { id } uploads { nodes { id } } auditActs { nodes { id } }`;
      const { body } = await client.query(`{ ${fields} }`, {}, { role });
      const refused = new Set(body.errors?.map(({ path = [] }) => path[0]));
      for (const { extensions } of body.errors ?? []) expect(extensions.code).toBe("FORBIDDEN");
      for (const field of Object.keys(body.data)) (may[field] ??= {})[role] = !refused.has(field);
    }
    const [viewers, administrators] = [
      { submitter: false, viewer: true, administrator: true },
      { submitter: false, viewer: false, administrator: true },
    ];
    const all = { submitter: true, viewer: true, administrator: true };
    expect(may).toEqual({
      decision: all,
      decisions: viewers,
      ruleSetVersion: viewers,
      ruleSetVersions: viewers,
      valueList: viewers,
      valueLists: viewers,
      case: viewers,
      cases: viewers,
      person: administrators,
      people: administrators,
      upload: all,
      uploads: viewers,
      auditActs: administrators,
    });
  });

  test("a submitter sees a decision, and not the rules that made it", async () => {
    const text = `{ decision(id: "${decision}") { outcome ruleSet { version ruleSetVersion { document } } } }`;
    const told = await client.query(text, {}, { role: "submitter" });
    expect([told.status, codes(told)]).toEqual([294, ["FORBIDDEN"]]);
    expect(told.body.data.decision.ruleSet).toEqual({ version: 2, ruleSetVersion: null });
  });
});
