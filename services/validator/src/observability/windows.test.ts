import { expect, test } from "vitest";

import { startRedis, whyWithoutRedis, withoutRedis } from "../../test/redis.ts";
import { until } from "../../test/until.ts";
import { openRedis } from "../cache/redis.ts";
import { BACKLOG_KEY } from "../velocity/layout.ts";
import { define, markComplete } from "../velocity/testing/streams.ts";
import { PATIENCE, quiet, velocityOn } from "../velocity/testing/windows.ts";
import { countIncomplete } from "./windows.ts";

test.skipIf(withoutRedis)(`incomplete windows are counted${whyWithoutRedis}`, async () => {
  const redis = await startRedis();
  const cache = openRedis({ url: redis.url, timeout: PATIENCE, log: quiet, name: "test" });
  try {
    const velocity = velocityOn(cache);
    velocity.define([define("count", 60_000, "debtor.account"), define("sum", 3_600_000, "debtor.account")]);
    expect(await countIncomplete(cache, velocity.layout), "nobody can say").toBeUndefined();
    await until(() => cache.state.status === "ready", PATIENCE);
    expect(await countIncomplete(cache, velocity.layout)).toBe(2);
    await markComplete(cache, velocity.layout);
    expect(await countIncomplete(cache, velocity.layout)).toBe(0);
    await cache.call("SET", BACKLOG_KEY, "1");
    expect(await countIncomplete(cache, velocity.layout), "some are to be added").toBe(2);
    velocity.define([]);
    expect(await countIncomplete(cache, velocity.layout)).toBe(0);
  } finally {
    cache.close();
    await redis.stop();
  }
});
