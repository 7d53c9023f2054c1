// What an outage of Redis does to decisions: they go on, by the rules' modes, and their rows say so.
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { App } from "../src/app.ts";
import { migrate } from "../src/database/migrator.ts";
import { appOn, post } from "./apps.ts";
import { payment } from "./payments.ts";
import { startPostgres, type TestPostgres } from "./postgres.ts";
import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "./redis.ts";
import { publish, rule, ruleSet } from "./rules.ts";
import { until } from "./until.ts";

describe.skipIf(withoutRedis)(`with Redis${whyWithoutRedis}`, () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let app: App;

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await migrate({ url: postgres.url(), deadline: 20_000 });
    const env = { CACHE_URL: redis.url, AUTHENTICATION: "open", VELOCITY_TIMEOUT_MS: "100" };
    app = await appOn(postgres.url(), env);
    const expression = 'count("1h", debtor.account) > 1000';
    await publish(
      app,
      ruleSet([
        rule("open", { expression, whenAway: "open" }),
        rule("review", { expression, whenAway: "review" }),
        rule("closed", { expression: `major > 1000.0 && ${expression}`, whenAway: "closed" }),
      ]),
    );
    await until(async () => (await decide("1")).version === 2, 10_000);
  });
  afterAll(async () => {
    await app?.server.close();
    await redis?.stop();
    await postgres?.stop();
  });

  /** Decides a payment of some major units. */
  async function decide(major: string) {
    const began = performance.now();
    const value = `${major}00`;
    const { status, body } = await post(
      app,
      payment({ instructedAmount: { value, currency: "EUR" } }, Date.now()),
    );
    const results = (body["results"] as { rule: string; result: string; away?: string }[] | undefined) ?? [];
    return {
      status,
      id: body.id,
      outcome: body.outcome,
      version: (body["ruleSet"] as { version: number } | undefined)?.version,
      away: results.filter(({ result }) => result === "error").map((result) => result.away),
      took: performance.now() - began,
    };
  }

  const observed = async (id: string) =>
    (await postgres.query("select observed from decisions where id = $1", [id])).rows[0].observed as boolean;

  test.each(["kill", "freeze"] as const)("after a %s decisions follow the rules' modes", async (fault) => {
    await until(async () => observed((await decide("1")).id), 10_000);
    await (fault === "kill" ? redis.kill() : redis.freeze());
    try {
      await until(async () => !(await observed((await decide("1")).id)), 10_000);
      for (const [major, outcome, away] of [
        ["1", "review", ["open", "review"]],
        ["2000", "decline", ["open", "review", "closed"]],
      ] as const) {
        const decision = await decide(major);
        expect(decision).toMatchObject({ status: 200, outcome, away });
        expect(await observed(decision.id)).toBe(false);
        expect(decision.took).toBeLessThan(3000);
      }
    } finally {
      await (fault === "kill" ? redis.start() : redis.thaw());
    }
    await until(async () => observed((await decide("1")).id), 10_000);
  });
});
