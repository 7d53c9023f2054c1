import type { Cache } from "../cache/cache.ts";
import { reached } from "./reached.ts";

/** Which sessions live, in Redis. Where it is away nobody is let in: everything here rejects with `sessions_unavailable`. */
export interface SessionStore {
  begin(id: string, person: string): Promise<void>;
  /** Whether it still lived; then it is idle from now on. `left` is until its end, whatever is done. */
  touch(id: string, left: number): Promise<boolean>;
  /** Those of them that live. */
  alive(ids: readonly string[]): Promise<ReadonlySet<string>>;
  /** Best effort: that it has ended is in the database as well. */
  end(ids: readonly string[]): Promise<void>;
}

/** Milliseconds after which a session ends that nobody uses. */
export const IDLE = 1_800_000;
/** Milliseconds after which a session ends in any case. */
export const LONGEST = 43_200_000;

const key = (id: string) => `validator:session:${id}`;

export function createSessionStore(cache: Cache): SessionStore {
  return {
    async begin(id, person) {
      await reached(() => cache.call("SET", key(id), person, "PX", IDLE));
    },
    async touch(id, left) {
      return (await reached(() => cache.call("GETEX", key(id), "PX", Math.min(IDLE, left)))) !== null;
    },
    async alive(ids) {
      if (ids.length === 0) return new Set();
      const found = (await reached(() => cache.call("MGET", ...ids.map(key)))) as (string | null)[];
      return new Set(ids.filter((_, index) => found[index] !== null));
    },
    async end(ids) {
      if (ids.length > 0) await cache.call("DEL", ...ids.map(key)).catch(() => {});
    },
  };
}
