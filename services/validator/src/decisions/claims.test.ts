// Requests with one key that reach several replicas at once.
import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appOn, post } from "../../test/apps.ts";
import { payment } from "../../test/payments.ts";
import { startPostgres, type TestPostgres } from "../../test/postgres.ts";
import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import type { App } from "../app.ts";
import { migrate } from "../database/migrator.ts";
import { createClaimedKeys } from "./claims.ts";
import type { StoredDecision } from "./row.ts";

describe.skipIf(withoutRedis)(`two replicas with Redis${whyWithoutRedis}`, () => {
  let postgres: TestPostgres;
  let redis: TestRedis;
  let replicas: App[];

  beforeAll(async () => {
    [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
    await migrate({ url: postgres.url(), deadline: 20_000 });
    const env = { CACHE_URL: redis.url, VELOCITY_TIMEOUT_MS: "5000", CACHE_TIMEOUT_MS: "5000" };
    replicas = await Promise.all([appOn(postgres.url(), env), appOn(postgres.url(), env)]);
    for (const app of replicas) {
      await until(async () => {
        const { body } = await post(app, payment());
        const { rows } = await postgres.query("select observed from decisions where id = $1", [body.id]);
        return rows[0].observed as boolean;
      }, 10_000);
    }
  });
  afterAll(async () => {
    await Promise.all(replicas?.map(({ server }) => server.close()) ?? []);
    await redis?.stop();
    await postgres?.stop();
  });

  async function evaluations(): Promise<number> {
    const texts = await Promise.all(replicas.map(({ instruments }) => instruments.registry.metrics()));
    return texts.reduce(
      (sum, text) => sum + Number(/^validator_rules_seconds_count (\d+)$/m.exec(text)?.[1] ?? 0),
      0,
    );
  }

  test("share one evaluation and one decision a key", async () => {
    const before = await evaluations();
    const keys = Array.from({ length: 20 }, () => randomUUID());
    const requests = [...keys, ...keys.toReversed(), ...keys].flatMap((key) =>
      replicas.map((app) => ({ key, app })),
    );
    const answers = await Promise.all(
      requests.map(async ({ key, app }) => ({
        key,
        ...(await post(app, payment(), { "idempotency-key": key })),
      })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    for (const key of keys) {
      const same = answers.filter((answer) => answer.key === key);
      expect(new Set(same.map(({ body }) => body.id)).size).toBe(1);
      expect(same.filter(({ headers }) => headers["idempotent-replayed"] === undefined).length).toBe(1);
    }
    expect((await evaluations()) - before).toBe(keys.length);
  });
});

const decision = (id: string) => ({ id }) as StoredDecision;

test("all who wait are looked for together, and answered when theirs is stored", async () => {
  const stored = new Map<string, StoredDecision>();
  const asked: string[][] = [];
  const claimed = createClaimedKeys(async (keys) => {
    asked.push([...keys]);
    return new Map([...stored].filter(([key]) => keys.includes(key)));
  });
  const one = claimed.wait("one", 5000);
  const two = [claimed.wait("two", 5000), claimed.wait("two", 5000)];
  stored.set("two", decision("2"));
  expect((await Promise.all(two)).map((found) => found?.id)).toEqual(["2", "2"]);
  stored.set("one", decision("1"));
  expect((await one)?.id).toBe("1");
  expect(asked.find((keys) => keys.length === 2)).toEqual(["one", "two"]);
});

test("what never comes is waited for so long and no longer, also while the store hangs or fails", async () => {
  for (const find of [
    () => new Promise<never>(() => {}),
    () => Promise.reject(new Error("away")),
    async () => new Map<string, StoredDecision>(),
  ]) {
    const began = performance.now();
    expect(await createClaimedKeys(find).wait("key", 60)).toBeUndefined();
    expect(performance.now() - began).toBeGreaterThanOrEqual(58);
  }
});
