import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { as, draft, publish, rule, ruleSet } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import type { Report } from "./report-schema.ts";

let postgres: TestPostgres;
let app: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  app = await appOn(postgres.url(), { AUTHENTICATION: "open", RULES_POLL_MS: "50" });
});
afterAll(async () => {
  await app?.server.close();
  await postgres?.stop();
});

const pay = (cents: number) =>
  post(app, payment({ instructedAmount: { value: String(cents), currency: "EUR" } }, Date.now()));

test("what a shadow would have decided is compared with what was", async () => {
  const live = await publish(app, ruleSet([rule("large", { expression: "major > 1000.0" })]));
  const { version, etag } = await draft(
    app,
    ruleSet([rule("large", { expression: "major > 500.0", score: 5 })]),
  );
  const shadow = await as("ann", app, "PUT", `/v1/rule-sets/${version}/shadow`, undefined, {
    "if-match": etag,
  });
  expect(shadow.status).toBe(200);
  const stored = async () =>
    (await postgres.query("select decision_id from shadow_decisions where rule_set_version = $1", [version]))
      .rowCount ?? 0;
  await until(async () => {
    const { body } = await pay(100);
    return (body["ruleSet"] as { version: number }).version === live && (await stored()) > 0;
  }, 15_000);
  const from = new Date().toISOString();
  const ids: string[] = [];
  for (let index = 0; index < 250; index++) ids.push((await pay(index % 2 === 0 ? 70_000 : 100)).body.id);
  const shadowed = async () =>
    (await postgres.query("select from shadow_decisions where decision_id = any($1)", [ids])).rowCount;
  await until(async () => (await shadowed()) === 250, 15_000);

  const path = `/v1/rule-sets/${version}/shadow-report`;
  const query = `from=${from}&to=${new Date(Date.now() + 60_000).toISOString()}`;
  const answer = await as("ann", app, "GET", `${path}?${query}`);
  expect(answer.status).toBe(200);
  const report = answer.body as unknown as Report;
  expect(report.transactions).toMatchObject({
    evaluated: 250,
    changed: 125,
    shareChanged: 0.5,
    notEvaluated: [],
  });
  expect(report.outcomes.map(({ examples, ...cell }) => ({ ...cell, examples: examples.length }))).toEqual([
    {
      was: "approve",
      wouldBe: "approve",
      transactions: 125,
      amounts: [{ currency: "EUR", value: "12500" }],
      examples: 0,
    },
    {
      was: "approve",
      wouldBe: "review",
      transactions: 125,
      amounts: [{ currency: "EUR", value: "8750000" }],
      examples: 20,
    },
  ]);
  expect(report.rules).toMatchObject([{ rule: "large", newlyHit: 125, noLongerHit: 0, shareChanged: 1 }]);
  expect(report.scores).toMatchObject({ was: { mean: 0 }, wouldBe: { mean: 2.5 }, higher: 125, lower: 0 });
  expect(report.decidedBy).toEqual([{ version: live, transactions: 250 }]);
  const csv = await app.server.inject({
    url: `${path}?${query}`,
    headers: { "x-actor": "ann", accept: "text/csv" },
  });
  expect(csv.body).toContain("outcomes,,approve,review,amount,EUR,8750000\r\n");

  // Decisions of the version as it was before an edit are not of the version as it is.
  await postgres.query("update shadow_decisions set rule_set_hash = sha256('') where decision_id = $1", [
    ids[0],
  ]);
  const edited = (await as("ann", app, "GET", `${path}?${query}`)).body as unknown as Report;
  expect(edited.transactions).toMatchObject({
    evaluated: 249,
    notEvaluated: [{ why: "other_document", examples: [ids[0]] }],
  });

  for (const [url, status, code] of [
    [`/v1/rule-sets/4711/shadow-report?${query}`, 404, "rule_set_not_found"],
    [`${path}?from=${from}`, 400, "invalid_request"],
    [`${path}?from=now&to=then`, 400, "invalid_request"],
  ] as const) {
    const refused = await ask(app, { url, headers: { "x-actor": "ann" } });
    expect([refused.status, refused.body.code]).toEqual([status, code]);
  }
});
