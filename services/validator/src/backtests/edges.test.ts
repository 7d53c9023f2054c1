import { afterAll, beforeAll, expect, test } from "vitest";

import { ask } from "../../test/apps.ts";
import { as, draft, rule, ruleSet } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import type { PastPayment } from "./testing/past.ts";
import { LIVE, openWorld, type World } from "./testing/world.ts";

const COUNT = 400;
const DAY = 86_400_000;

let world: World;

beforeAll(async () => {
  world = await openWorld(COUNT);
}, 120_000);
afterAll(() => world?.close());

const time = (milliseconds: number) => new Date(milliseconds).toISOString();

/** Runs a backtest to its end; its id. */
async function run(body: object, env?: Record<string, string>): Promise<string> {
  const id = await world.request(body);
  await world.withRunner(() => world.ended(id), env);
  return id;
}

const isWatched = ({ creditor }: PastPayment) => ["C1", "C2"].includes(creditor);

test("what was not asked then is asked now: lists as they are, snoozes as they were", async () => {
  const { app, postgres, payments, range, report } = world;
  await as("ann", app, "POST", "/v1/lists", { name: "watched", values: ["C1", "C2"] });
  const watched = rule("watched", { expression: 'listed("watched", creditor.account)' });
  const { version } = await draft(app, ruleSet([watched]));
  const [since, end] = [payments[100], payments[300]] as [PastPayment, PastPayment];
  const subject = (payments.find(isWatched) as PastPayment).debtor;
  await postgres.query(
    `insert into snoozes (id, rule, subject, reason, created_by, created_at, until, ended_by, ended_at)
     values (gen_random_uuid(), 'watched', $1, 'test', 'ann', $2, now() + interval '1 day', 'bob', $3)`,
    [subject, new Date(since.at), new Date(end.at)],
  );
  const told = await report(await run({ version, ...range(0) }));
  const hits = payments.filter(isWatched);
  const snoozed = hits.filter(({ at, debtor }) => debtor === subject && at >= since.at && at < end.at);
  expect(told.rules[0]).toMatchObject({
    rule: "watched",
    was: { hits: 0 },
    wouldBe: { hits: hits.length - snoozed.length, snoozed: snoozed.length },
  });
  expect(told.rules.slice(1).map(({ rule: name, wouldBe }) => [name, wouldBe.hits])).toEqual([
    ["large", 0],
    ["listed", 0],
    ["many", 0],
  ]);
  expect(told.inputs).toEqual([
    { kind: "list", name: "watched", recorded: 0, recomputed: COUNT, away: 0 },
    { kind: "snooze", name: "watched", recorded: 0, recomputed: hits.length, away: 0 },
  ]);
});

test("what cannot be evaluated is left out, and told with the reason", async () => {
  const { postgres, payments, range, report, version } = world;
  const [old, odd, none] = [payments[20], payments[21], payments[22]] as [
    PastPayment,
    PastPayment,
    PastPayment,
  ];
  await postgres.query("update decisions set facts = null where id = $1", [old.id]);
  await postgres.query(`update decisions set facts = '{"policy":{}}' where id = $1`, [odd.id]);
  await postgres.query(`update decisions set transaction = '{}' where id = $1`, [none.id]);
  const told = await report(await run({ version: version.live, ...range(10, 40) }));
  expect(told.transactions).toMatchObject({
    evaluated: 27,
    changed: 0,
    notEvaluated: [
      { why: "facts_missing", transactions: 1, examples: [old.id] },
      { why: "facts_unreadable", transactions: 1, examples: [odd.id] },
      { why: "transaction_unreadable", transactions: 1, examples: [none.id] },
    ],
  });
});

test("windows that would not fit in memory end the backtest with what to do", async () => {
  const { app, range, read } = world;
  const windows = ["count", "sum", "average", "maximum"].flatMap((name) =>
    [1, 2].map((days) => rule(`${name}_${days}`, { expression: `${name}("${days}d", debtor.account) > 3` })),
  );
  const { version } = await draft(app, ruleSet(windows));
  const id = await run({ version, ...range(0) }, { BACKTEST_WINDOW_ENTRIES: "1000" });
  expect((await read(id)).body).toMatchObject({ state: "failed", failure: { code: "windows_too_large" } });
});

test("a backtest that ends its thread again and again is given up", async () => {
  const { postgres, range, read, request, withRunner, ended, version } = world;
  const id = await request({ version: version.live, ...range(0) });
  await postgres.query("update backtests set attempts = 3 where id = $1", [id]);
  await withRunner(() => ended(id));
  expect((await read(id)).body).toMatchObject({ state: "failed", failure: { code: "gave_up" } });
});

test("a replica that is stopped leaves its backtest to another one, and no blame", async () => {
  const { postgres, range, read, report, request, withRunner, ended, version } = world;
  const id = await request({ version: version.draft, ...range(100) });
  const isRunning = async () => (await read(id)).body["state"] === "running";
  await withRunner(() => until(isRunning, 30_000), { BACKTEST_CPU_PERCENT: "1" });
  const { rows } = await postgres.query("select owner, attempts from backtests where id = $1", [id]);
  expect(rows).toEqual([{ owner: null, attempts: 0 }]);
  expect((await withRunner(() => ended(id))).body["state"]).toBe("done");
  expect((await report(id)).transactions.evaluated).toBe(COUNT - 100);
});

test("a draft is tested as it was when the backtest was asked for", async () => {
  const { app, range, report, request, withRunner, ended } = world;
  const { version, etag } = await draft(app, LIVE);
  const id = await request({ version, ...range(100) });
  const document = ruleSet([rule("none", { expression: "false" })]);
  const edited = await as("ann", app, "PUT", `/v1/rule-sets/${version}`, { document }, { "if-match": etag });
  expect(edited.status).toBe(200);
  await withRunner(() => ended(id));
  const told = await report(id);
  expect(told.transactions.changed).toBe(0);
  expect(told.rules.map(({ rule: name }) => name)).toEqual(["large", "listed", "many"]);
});

test("requests that make no sense are refused", async () => {
  const { app, range, read, version } = world;
  const refused = async (body: object) => {
    const { status, body: answer } = await as("ann", app, "POST", "/v1/backtests", body);
    return [status, answer.code, answer.reasons[0]?.pointer];
  };
  const sound = { version: version.live, ...range(0) };
  const atFrom = [400, "invalid_request", "/from"];
  expect(await refused({ ...sound, version: 4711 })).toEqual([404, "rule_set_not_found", undefined]);
  expect(await refused({ ...sound, from: "yesterday" })).toEqual(atFrom);
  expect(await refused({ ...sound, to: sound.from })).toEqual(atFrom);
  expect(await refused({ ...sound, from: time(Date.now() + DAY), to: time(Date.now() + 2 * DAY) })).toEqual(
    atFrom,
  );
  for (const sample of [0, 1.5, "1"]) {
    expect(await refused({ ...sound, sample })).toEqual([400, "invalid_request", "/sample"]);
  }
  expect((await read("4711")).body.code).toBe("backtest_not_found");
  expect((await as("ann", app, "GET", "/v1/backtests?after=x")).status).toBe(400);
});

test("the list is newest first, and its pages join", async () => {
  const { app } = world;
  const ids: string[] = [];
  for (let after = ""; ;) {
    const { body } = await as("ann", app, "GET", `/v1/backtests?limit=2${after}`);
    ids.push(...(body["items"] as { id: string }[]).map(({ id }) => id));
    if (body["next"] === null) break;
    after = `&after=${String(body["next"])}`;
  }
  expect(ids).toEqual([...new Set(ids)].toSorted().toReversed());
  const { body } = await as("ann", app, "GET", "/v1/backtests?state=failed");
  expect((body["items"] as { state: string }[]).map(({ state }) => state)).toEqual(["failed", "failed"]);
});

test("only so many backtests wait", async () => {
  const { app, range, version } = world;
  const asked = { version: version.live, ...range(0) };
  const statuses: number[] = [];
  for (let index = 0; index < 21; index++)
    statuses.push((await as("ann", app, "POST", "/v1/backtests", asked)).status);
  expect(statuses).toEqual([...Array.from({ length: 20 }, () => 202), 409]);
});

test("a report comes as JSON or CSV, and not again where it is known", async () => {
  const { app } = world;
  const { body } = await as("ann", app, "GET", "/v1/backtests?state=done&limit=1");
  const url = `/v1/backtests/${(body["items"] as { id: string }[])[0]?.id}/report`;
  const json = await ask(app, { url, headers: { "x-actor": "ann" } });
  const known = { "x-actor": "ann", "if-none-match": String(json.headers["etag"]) };
  expect((await ask(app, { url, headers: known })).status).toBe(304);
  const csv = await app.server.inject({ url, headers: { ...known, accept: "text/csv" } });
  expect([csv.statusCode, csv.headers["content-type"]]).toEqual([
    200,
    "text/csv; charset=utf-8; header=present",
  ]);
  expect(csv.body.split("\r\n")[0]).toBe("section,name,was,would_be,measure,currency,value");
  expect(csv.headers["etag"]).not.toBe(json.headers["etag"]);
});
