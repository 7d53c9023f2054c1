// How long a change takes to reach other replicas, and what they do when they cannot follow.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { as, draft, liveVersion, publish, rule, ruleSet, rulesOn, type RulesApp } from "../../test/rules.ts";
import { until } from "../../test/until.ts";
import { migrate } from "../database/migrator.ts";

/** So long that only announcements explain a change that is seen. */
const NEVER = "600000";

let postgres: TestPostgres;

beforeAll(async () => {
  postgres = await startPostgres();
  await migrate({ url: postgres.url(), deadline: 10_000 });
});
afterAll(() => postgres?.stop());

const versionOn = (app: RulesApp) => app.rules.watcher.current?.live.version;

/** Publishes on `writer`; milliseconds from its answer until `reader` decides by the new version. */
async function timePublish(writer: RulesApp, reader: RulesApp): Promise<number> {
  const { version, etag } = await draft(writer);
  const replaces = await liveVersion(writer);
  const swapped = Promise.withResolvers<number>();
  const unhear = reader.rules.watcher.onSwap(({ live }) => {
    if (live.version === version) swapped.resolve(performance.now());
  });
  const url = `/v1/rule-sets/${version}/publish`;
  await as("bob", writer, "POST", url, { replaces }, { "if-match": etag });
  const answered = performance.now();
  const seen = await swapped.promise;
  unhear();
  return seen - answered;
}

describe.skipIf(withoutRedis)(`with Redis${whyWithoutRedis}`, () => {
  let redis: TestRedis;
  let replicas: RulesApp[];

  beforeAll(async () => {
    redis = await startRedis();
    const env = { CACHE_URL: redis.url, RULES_POLL_MS: NEVER };
    replicas = await Promise.all([rulesOn(postgres.url(), env), rulesOn(postgres.url(), env)]);
  });
  afterAll(async () => {
    await Promise.all(replicas?.map(({ server }) => server.close()) ?? []);
    await redis?.stop();
  });

  const subscribed = async () =>
    ((await redis.client.call("PUBSUB", "NUMSUB", "validator:rules")) as [string, number])[1] === 2;

  test("a publish reaches every replica within 250 ms", async () => {
    await until(subscribed, 10_000);
    const [one, two] = replicas as [RulesApp, RulesApp];
    const times: number[] = [];
    // A machine that others use as well is slow now and then: the best of a few tells what the service takes.
    while (times.length < 8 && !times.some((time) => time < 250)) times.push(await timePublish(one, two));
    expect(Math.min(...times)).toBeLessThan(250);
    await until(() => versionOn(one) === versionOn(two), 10_000);
  });

  test("what was published while Redis was away is read as soon as it is back", async () => {
    const [one, two] = replicas as [RulesApp, RulesApp];
    await redis.kill();
    const version = await publish(one);
    await until(() => versionOn(one) === version, 10_000);
    expect(versionOn(two)).not.toBe(version);
    await redis.start();
    await until(() => versionOn(two) === version, 15_000);
  });
});

test("without Redis a publish is seen within the poll interval", async () => {
  const poll = 400;
  const [writer, reader] = await Promise.all([
    rulesOn(postgres.url(), { RULES_POLL_MS: NEVER }),
    rulesOn(postgres.url(), { RULES_POLL_MS: String(poll) }),
  ]);
  const times: number[] = [];
  // The reading itself comes on top of the interval.
  while (times.length < 8 && !times.some((time) => time < poll + 100))
    times.push(await timePublish(writer, reader));
  expect(Math.min(...times)).toBeLessThan(poll + 100);
  await Promise.all([writer.server.close(), reader.server.close()]);
});

test("a version from a newer service leaves the last good one in place, with newer lists and snoozes", async () => {
  const app = await rulesOn(postgres.url(), { RULES_POLL_MS: "50" });
  await as("alice", app, "POST", "/v1/lists", { name: "blocked" });
  const good = await publish(
    app,
    ruleSet([rule("listed", { expression: 'listed("blocked", debtor.account)' })]),
  );
  await until(() => versionOn(app) === good, 10_000);

  const { version } = await draft(app);
  const document = JSON.stringify({
    ...ruleSet(),
    rules: [rule("newer", { expression: "new_function(debtor)" })],
  });
  await postgres.query("update rule_set_versions set state = 'retired' where state = 'live'");
  await postgres.query(
    `update rule_set_versions set state = 'live', approver = 'bob', published_at = now(), document = $2, hash = repeat('0', 64)
     where version = $1`,
    [version, document],
  );
  await as("alice", app, "PATCH", "/v1/lists/blocked/values", { add: ["DE1"] });
  const { watcher } = app.rules;
  await until(() => watcher.current?.lists.get("blocked")?.has("DE1") === true, 10_000);
  expect(app.rules.state()).toEqual({ version: good, state: "behind" });
  expect(watcher.status.problem).toMatch(new RegExp(`^version ${version} \\(live\\) cannot be run here: `));

  const restarted = await rulesOn(postgres.url());
  expect([restarted.rules.watcher.current, restarted.rules.watcher.status.problem]).toEqual([
    undefined,
    expect.stringContaining(`version ${version} cannot be run here`),
  ]);
  await restarted.server.close();

  const next = await publish(app);
  await until(() => versionOn(app) === next, 10_000);
  expect(app.rules.state()).toEqual({ version: next, state: "current" });
  await app.server.close();
});

const shadowsOf = ({ rules }: RulesApp) => rules.watcher.current?.shadows.map(({ version }) => version);

test("a shadow whose document was altered is left out, and the live version is not touched", async () => {
  const app = await rulesOn(postgres.url());
  const live = await liveVersion(app);
  const { version } = await draft(app);
  const url = `/v1/rule-sets/${version}`;
  await as("bob", app, "PUT", `${url}/shadow`);
  await until(() => shadowsOf(app)?.includes(version) === true, 10_000);
  await postgres.query("update rule_set_versions set document = $2 where version = $1", [
    version,
    JSON.stringify(ruleSet([rule("another")])),
  ]);
  const restarted = await rulesOn(postgres.url());
  expect([versionOn(restarted), shadowsOf(restarted), restarted.rules.watcher.status.problem]).toEqual([
    live,
    [],
    `version ${version} (shadow) cannot be run here: does not have the hash that it was saved with`,
  ]);
  await as("bob", app, "DELETE", `${url}/shadow`);
  const published = await as("bob", app, "POST", `${url}/publish`, { replaces: live }, { "if-match": "*" });
  expect([published.status, published.body.reasons[0]?.code]).toEqual([400, "document_altered"]);
  await Promise.all([app.server.close(), restarted.server.close()]);
});

test("without PostgreSQL the process is there without rules, changes get 503, and it recovers by itself", async () => {
  const away = await startPostgres();
  await migrate({ url: away.url(), deadline: 10_000 });
  await away.kill();
  const app = await rulesOn(away.url(), { RULES_POLL_MS: "200" });
  expect(app.rules.watcher.current).toBeUndefined();
  for (const [method, url, body] of [
    ["GET", "/v1/rule-sets", undefined],
    ["POST", "/v1/rule-sets", { document: ruleSet() }],
    ["POST", "/v1/lists", { name: "a" }],
  ] as const) {
    const answer = await as("alice", app, method, url, body);
    expect([answer.status, answer.body.code, answer.headers["retry-after"]]).toEqual([
      503,
      "store_unavailable",
      "1",
    ]);
  }
  await away.start();
  await until(() => versionOn(app) === 1, 15_000);
  await app.server.close();
  await away.stop();
});
