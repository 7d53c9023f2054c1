import { randomUUID } from "node:crypto";

import type { Argument, Cache } from "../cache/cache.ts";
import { defineScript } from "../cache/redis.ts";

/** Work that one replica does at a time. A lock lost, by time or with all of Redis, ends the work. */
export interface Lock {
  /** Sets keys, each for `ttl` milliseconds, if the lock is still held, and holds it longer. Rejects if it is lost. */
  set(ttl: number, ...pairs: readonly string[]): Promise<void>;
  /** Gives it back; where Redis is away it expires. */
  release(): Promise<void>;
}

// As Redis does one script at a time, nobody else gets the lock in between.
const SET = defineScript(`
if redis.call('GET', ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('PEXPIRE', ARGV[1], ARGV[3])
for i = 5, #ARGV, 2 do redis.call('SET', ARGV[i], ARGV[i + 1], 'PX', ARGV[4]) end
return 1`);
const RELEASE = defineScript("return redis.call('GET', ARGV[1]) == ARGV[2] and redis.call('DEL', ARGV[1])");

/** Takes the lock `key` for `lease` milliseconds at a time; undefined where somebody else has it. */
export async function takeLock(cache: Cache, key: string, lease: number): Promise<Lock | undefined> {
  const token = randomUUID();
  if ((await cache.call("SET", key, token, "NX", "PX", lease)) !== "OK") return undefined;
  return {
    async set(ttl, ...pairs) {
      const args: Argument[] = [key, token, lease, ttl, ...pairs];
      if ((await cache.run(SET, args)) !== 1) throw new Error("the lock was lost");
    },
    async release() {
      await cache.run(RELEASE, [key, token]).catch(() => {});
    },
  };
}
