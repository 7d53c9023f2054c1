import { afterAll, beforeAll, expect, test } from "vitest";

import { appOn, ask, post, type Answer } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { as, draft, publish, rule, ruleSet } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import type { TransactionBody } from "../transactions/schema.ts";
import { firstIdOf } from "./ids.ts";

let postgres: TestPostgres;
let app: App;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 20_000 });
  app = await appOn(postgres.url(), { AUTHENTICATION: "open", RULES_POLL_MS: "50" });
  await decideBy(await publish(app, ruleSet([rule("large"), rule("listed", LISTED), rule("many", MANY)])));
});
afterAll(async () => {
  await app?.server.close();
  await postgres?.stop();
});

const LISTED = { expression: 'listed("blocked_accounts", creditor.account)', outcome: "decline" } as const;
const MANY = { expression: 'count("1h", debtor.account) > 5', whenAway: "review" } as const;

const pay = (changes: Partial<TransactionBody> = {}) => post(app, payment(changes, Date.now()));
const small = { instructedAmount: { value: "100", currency: "EUR" } };
const get = (path: string) => ask(app, { url: `/v1/transactions${path}` });
const items = ({ body }: Answer) =>
  body["items"] as { id: string; outcome: string; transaction: TransactionBody }[];

/** Waits until decisions are made by a version. */
async function decideBy(version: number): Promise<void> {
  await until(async () => ((await pay()).body["ruleSet"] as { version: number }).version === version, 10_000);
}

const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
const account = (other: string) => ({ name: "A", account: { other }, country: "US" });

test("a replay makes the same decision of what was recorded, and tells all rules", async () => {
  const { body } = await pay();
  const replayed = await get(`/${body.id}/replay`);
  expect(replayed.status).toBe(200);
  expect(replayed.body).toMatchObject({
    id: body.id,
    identical: true,
    differences: [],
    outcome: "review",
    ruleSet: body["ruleSet"],
    engine: { decided: "0.1.0", replayed: "0.1.0" },
    rules: [
      { rule: "large", result: "hit" },
      { rule: "listed", result: "no_hit", score: 0, values: {} },
      { rule: "many", result: "error", away: "review" },
    ],
  });
});

test("a replay goes by what was, whatever rules and lists have become since", async () => {
  const creditor = account("4711");
  const change = (body: object) => as("ann", app, "PATCH", "/v1/lists/blocked_accounts/values", body);
  const before = await pay({ creditor });
  expect((await change({ add: ["4711"] })).status).toBe(200);
  await until(async () => (await pay({ creditor })).body.outcome === "decline", 10_000);
  const listed = await pay({ creditor });
  await change({ remove: ["4711"] });
  await decideBy(await publish(app, ruleSet([rule("other", { expression: "major > 5.0" })])));
  for (const { body } of [before, listed]) {
    const replayed = await get(`/${body.id}/replay`);
    expect(replayed.body).toMatchObject({ identical: true, outcome: body.outcome, ruleSet: body["ruleSet"] });
  }
});

test("a replay that comes out otherwise says where", async () => {
  const { body } = await pay(small);
  await postgres.query("update decisions set outcome = 'approve', score = 7 where id = $1", [body.id]);
  const replayed = await get(`/${body.id}/replay`);
  expect(replayed.body).toMatchObject({
    identical: body.outcome === "approve" && body["score"] === 7,
    differences: expect.arrayContaining([{ field: "score", stored: 7, replayed: 0 }]),
  });
});

test("what cannot be replayed is told with the reason", async () => {
  const { body } = await pay();
  await postgres.query("update decisions set rule_set_hash = sha256('') where id = $1", [body.id]);
  const gone = await get(`/${body.id}/replay`);
  expect([gone.status, gone.body.code]).toEqual([409, "not_replayable"]);
  await postgres.query(
    `update decisions set facts = null, rule_set_hash = null, rule_set_version = null, score = null, rule_results = null
     where id = $1`,
    [body.id],
  );
  const older = await get(`/${body.id}/replay`);
  expect([older.status, older.body.code]).toEqual([409, "not_replayable"]);
  expect((await get(`/${body.id}`)).body).toMatchObject({ score: null, ruleSet: null, results: [] });
});

test("the list is newest first, and its pages join without gap or overlap", async () => {
  const debtor = account("pages");
  const ids: string[] = [];
  for (let index = 0; index < 7; index++) ids.unshift((await pay({ debtor })).body.id);
  const seen: string[] = [];
  let after = "";
  for (;;) {
    const page = await get(`?account=pages&limit=3${after}`);
    seen.push(...items(page).map(({ id }) => id));
    if (page.body["next"] === null) break;
    after = `&after=${String(page.body["next"])}`;
  }
  expect(seen).toEqual(ids);
  const [newest] = items(await get("?limit=1"));
  expect(newest).toEqual((await get(`/${newest?.id}`)).body);
});

test("filters by outcome, time and either side's account", async () => {
  const mine = account("filters");
  const first = await pay({ debtor: mine, ...small });
  const declined = await pay({ creditor: { ...mine, country: "ZZ" } });
  const told = async (query: string) => items(await get(`?account=filters${query}`)).map(({ id }) => id);
  expect(await told("")).toEqual([declined.body.id, first.body.id]);
  expect(await told("&outcome=decline")).toEqual([declined.body.id]);
  const all = items(await get("?outcome=decline"));
  expect(all.map(({ id }) => id)).toContain(declined.body.id);
  expect(new Set(all.map(({ outcome }) => outcome))).toEqual(new Set(["decline"]));
  expect(await told(`&from=${ago(60_000)}&to=${ago(-60_000)}`)).toHaveLength(2);
  expect(await told(`&to=${ago(60_000)}`)).toEqual([]);
  expect(await told(`&from=${ago(-60_000)}`)).toEqual([]);
});

test("the smallest id of a time is not larger than any id made then", () => {
  expect(firstIdOf(0)).toBe("00000000-0000-7000-8000-000000000000");
  // RFC 9562, appendix A.6.
  expect(firstIdOf(Date.parse("2022-02-22T19:22:22Z"))).toBe("017f22e2-79b0-7000-8000-000000000000");
  expect(firstIdOf(-5)).toBe(firstIdOf(0));
  expect(firstIdOf(1e18)).toBe("ffffffff-ffff-7000-8000-000000000000");
});

test("a shadow's decisions are stored beside those that are answered", async () => {
  const { version, etag } = await draft(app, ruleSet([rule("none", { expression: "major > 1000000.0" })]));
  await as("ann", app, "PUT", `/v1/rule-sets/${version}/shadow`, undefined, { "if-match": etag });
  const stored = async () =>
    (await postgres.query("select * from shadow_decisions where rule_set_version = $1", [version])).rows;
  await until(async () => {
    await pay();
    return (await stored()).length > 0;
  }, 10_000);
  expect((await stored())[0]).toMatchObject({
    outcome: "approve",
    decided_outcome: "review",
    score: 0,
    rule_results: [],
  });
});
