import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { startRedis, whyWithoutRedis, withoutRedis, type TestRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { absentCache } from "./absent.ts";
import { CacheAway, type Cache } from "./cache.ts";
import { defineScript, openRedis } from "./redis.ts";

/** Long enough for a busy machine, short against the patience of the tests. */
const TIMEOUT = 300;

const warnings: string[] = [];
const log = { info: () => {}, warn: (_fields: object, message: string) => void warnings.push(message) };
const open = (url: string) => openRedis({ url, timeout: TIMEOUT, log, name: "a test" });
const ready = (cache: Cache) => until(() => cache.state.status === "ready", 10_000);
const away = (cache: Cache) => until(() => cache.state.status === "away", 10_000);
const runIdOf = ({ state }: Cache) => (state.status === "ready" ? state.runId : undefined);

test("without an address it is away, and says so once", async () => {
  const told: string[] = [];
  const cache = absentCache({ ...log, info: (_fields, message) => void told.push(message) });
  await expect(cache.call("PING")).rejects.toThrow(CacheAway);
  expect(cache.state).toMatchObject({ status: "away", why: "there is none, CACHE_URL is not set" });
  expect(told).toHaveLength(1);
});

test("a server that takes connections and never answers is away, and nobody waits for it", async () => {
  const sockets = new Set<{ destroy(): void }>();
  const mute = createServer((socket) => void sockets.add(socket));
  await new Promise<void>((resolve) => void mute.listen(0, "127.0.0.1", resolve));
  const cache = open(`redis://127.0.0.1:${(mute.address() as AddressInfo).port}`);
  try {
    await until(() => sockets.size >= 2, 10_000);
    expect(cache.state).toMatchObject({ status: "away" });
    const asked = performance.now();
    await expect(cache.call("PING")).rejects.toThrow(CacheAway);
    expect(performance.now() - asked).toBeLessThan(TIMEOUT / 2);
  } finally {
    cache.close();
    for (const socket of sockets) socket.destroy();
    mute.close();
  }
});

describe.skipIf(withoutRedis)(`with a server${whyWithoutRedis}`, () => {
  let redis: TestRedis;
  let cache: Cache;

  beforeAll(async () => {
    redis = await startRedis();
    cache = open(redis.url);
    await ready(cache);
  });
  afterAll(async () => {
    cache?.close();
    await redis?.stop();
  });

  test("runs commands and scripts; a script that the server has forgotten is sent again", async () => {
    expect(await cache.call("SET", "a", "ä")).toBe("OK");
    const script = defineScript("return {redis.call('GET', ARGV[1]), 7}");
    for (const forget of [false, true, false]) {
      if (forget) await redis.client.script("FLUSH");
      expect(await cache.run(script, ["a"])).toEqual(["ä", 7]);
    }
    await expect(cache.call("LPUSH", "a", 1)).rejects.toThrow("WRONGTYPE");
    expect(cache.state.status, "the server's own error is an answer").toBe("ready");
    expect(warnings, "noeviction is the default").not.toContainEqual(expect.stringContaining("evict"));
  });

  test("a server that stands still is away within the time-out, and back when it goes on", async () => {
    const before = runIdOf(cache);
    redis.freeze();
    try {
      const asked = performance.now();
      await expect(cache.call("PING")).rejects.toThrow(CacheAway);
      expect(performance.now() - asked).toBeLessThan(10 * TIMEOUT);
      await away(cache);
    } finally {
      redis.thaw();
    }
    await ready(cache);
    expect(runIdOf(cache)).toBe(before);
  });

  test("a killed server is away; the next one has another run_id, and subscriptions stand again", async () => {
    const before = runIdOf(cache);
    const heard: string[] = [];
    let standing = 0;
    const end = cache.subscribe("news", {
      onMessage: (message) => void heard.push(message),
      onStanding: () => void standing++,
    });
    await until(() => standing === 1, 10_000);
    await redis.client.publish("news", "first");
    await until(() => heard.includes("first"), 10_000);

    const states: string[] = [];
    const endStates = cache.onState(({ status }) => void states.push(status));
    await redis.kill();
    await away(cache);
    await expect(cache.call("PING")).rejects.toThrow(CacheAway);
    await redis.start();
    await ready(cache);
    expect(states.filter((status, index) => status !== states[index - 1])).toEqual(["away", "ready"]);
    expect(runIdOf(cache)).toMatch(/^[0-9a-f]{40}$/);
    expect(runIdOf(cache)).not.toBe(before);

    await until(() => standing === 2, 10_000);
    await cache.call("PUBLISH", "news", "second");
    await until(() => heard.includes("second"), 10_000);
    end();
    endStates();
    await until(async () => (await redis.client.pubsub("NUMSUB", "news"))[1] === 0, 10_000);
  });

  test("a process that is closed leaves no connection", async () => {
    const other = openRedis({ url: redis.url, timeout: TIMEOUT, log, name: "one that ends" });
    await ready(other);
    const connected = async () => String(await redis.client.client("LIST")).includes("name=one-that-ends");
    expect(await connected()).toBe(true);
    other.close();
    await until(async () => !(await connected()), 10_000);
  });
});
