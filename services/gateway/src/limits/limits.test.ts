import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Backend } from "../../test/backend.ts";
import { ask, startGateway, type TestGateway } from "../../test/gateway.ts";
import { TestRedis, whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { Limits } from "./limits.ts";
import { openSharedStore, type SharedAdmission } from "./shared-store.ts";

const log = { info: () => {}, warn: () => {} };

describe.skipIf(withoutRedis)(`with Redis${whyWithoutRedis}`, () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(() => redis?.kill());

  async function stores(count: number) {
    const opened = Array.from({ length: count }, (_, index) =>
      openSharedStore(redis.url, 2000, `replica ${index}`, log),
    );
    await until(() => opened.every(({ isThere }) => isThere));
    return { opened, close: () => opened.forEach((store) => store.close()) };
  }

  test("two replicas together never let in more than the limit in any window", async () => {
    const { opened, close } = await stores(2);
    const settings = { limit: 25, span: 150 };
    const admitted: SharedAdmission[] = [];
    let refused = 0;
    const end = performance.now() + 1500;
    // Several callers of each replica, as fast as they can.
    await Promise.all(
      [...opened, ...opened, ...opened].map(async (store) => {
        while (performance.now() < end) {
          const [admission] = (await store.admit({ key: "limit:test:a", ...settings })) as [SharedAdmission];
          if (admission.isAdmitted) admitted.push(admission);
          else refused++;
          expect(admission.count).toBeLessThanOrEqual(settings.limit);
          expect(admission.freeIn).toBeLessThanOrEqual(settings.span);
        }
      }),
    );
    close();
    const times = admitted.map(({ at }) => at).toSorted((a, b) => a - b);
    const spans = times.slice(settings.limit).map((at, index) => at - (times[index] as number));
    expect(Math.min(...spans)).toBeGreaterThanOrEqual(settings.span * 1000);
    expect(refused).toBeGreaterThan(0);
    // Nor does it let in much less: each window that passed was used.
    expect(times.length).toBeGreaterThan(settings.limit * 6);
  });

  test("what nobody asks about any more is forgotten by Redis", async () => {
    const { opened, close } = await stores(1);
    await opened[0]?.admit({ key: "limit:test:gone", limit: 5, span: 50 });
    const { Redis } = await import("ioredis");
    const client = new Redis(redis.url);
    await until(async () => (await client.exists("limit:test:gone")) === 0);
    client.disconnect();
    close();
  });

  test("a request that one of its windows refuses counts in none that comes after", async () => {
    const { opened, close } = await stores(1);
    const [store] = opened;
    const limits = new Limits(
      { address: { limit: 2, span: 60_000 }, key: { limit: 1, span: 60_000 } },
      store,
    );
    const admit = async (key: string) =>
      (await limits.admit({ limit: "address", caller: "one" }, { limit: "key", caller: key })).map(
        ({ isAdmitted, count }) => [isAdmitted, count],
      );
    const [good, full] = [true, false];
    expect(await admit("a")).toEqual([
      [good, 1],
      [good, 1],
    ]);
    expect(await admit("a")).toEqual([
      [good, 2],
      [full, 1],
    ]);
    expect(await admit("b")).toEqual([[full, 2]]);
    const [b] = await limits.admit({ limit: "key", caller: "b" });
    expect(b).toMatchObject({ isAdmitted: true, count: 1 });
    close();
  });

  test.each(["kill", "freeze"] as const)(
    "after a %s each replica limits on its own, and nobody waits",
    async (how) => {
      const store = openSharedStore(redis.url, 50, "one", log);
      const settings = { limit: 2, span: 60_000 };
      const limits = new Limits({ address: settings, key: settings }, store);
      const admit = async (caller: string) => (await limits.admit({ limit: "key", caller }))[0]?.isAdmitted;
      await until(() => store.isThere);
      await admit(how);
      await (how === "kill" ? redis.kill() : redis.freeze());
      const began = performance.now();
      expect([await admit(how), await admit(how), await admit(how)]).toEqual([true, true, false]);
      expect(performance.now() - began).toBeLessThan(1000);
      expect(store.isThere).toBe(false);
      await (how === "kill" ? redis.start() : redis.thaw());
      await until(() => store.isThere);
      expect(await admit(`${how} again`)).toBe(true);
      store.close();
    },
  );
});

describe.skipIf(withoutRedis)(`two gateways with one Redis${whyWithoutRedis}`, () => {
  let redis: TestRedis;
  let backend: Backend;
  let gateways: TestGateway[];

  beforeAll(async () => {
    redis = await TestRedis.start();
    backend = await new Backend().start();
    const env = {
      BACKEND_URL: backend.url,
      CACHE_URL: redis.url,
      ADDRESS_LIMIT: "20",
      LIMIT_WINDOW_MS: "60000",
      CACHE_TIMEOUT_MS: "2000",
    };
    gateways = await Promise.all([startGateway(env), startGateway(env)]);
    for (const { url } of gateways)
      await until(async () => (await ask(`${url}/readyz`)).text.includes('"limits":"shared"'));
  });
  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await backend?.kill();
    await redis?.kill();
  });

  test("let in what the limit says, and tell it in the answers", async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => ask(`${gateways[index % 2]?.url}/v1/a`)),
    );
    const good = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 429);
    expect([good.length, refused.length, backend.asked.length]).toEqual([20, 40, 20]);
    const left = good.map(({ headers }) => Number(/r=(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1]));
    expect(left.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    const [one] = refused;
    expect(one?.code).toBe("rate_limited");
    expect(one?.headers.get("ratelimit")).toMatch(/^"address"; r=0; t=\d+$/);
    expect(one?.headers.get("ratelimit-policy")).toMatch(/^"address"; q=20; w=60; pk=:[\w+/=]+:$/);
    expect(Number(one?.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("count a client behind a trusted hop, and not the hop", async () => {
    const from = ["203.0.113.7", "127.0.0.1"].map((address) =>
      ask(`${gateways[0]?.url}/v1/a`, { headers: { "x-forwarded-for": address } }),
    );
    expect((await Promise.all(from)).map(({ status }) => status)).toEqual([200, 429]);
  });
});
