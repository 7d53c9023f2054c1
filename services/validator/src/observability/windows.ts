import type { Cache } from "../cache/cache.ts";
import { readSince } from "../velocity/coverage.ts";
import { BACKLOG_KEY, coverageKey, type Layout } from "../velocity/layout.ts";

/**
 * Windows that rules ask for and that may lack transactions yet: rules without an answer. Undefined where Redis is away
 * and nobody can say.
 */
export async function countIncomplete(cache: Cache, { groups }: Layout): Promise<number | undefined> {
  if (groups.length === 0) return 0;
  if (cache.state.status !== "ready") return undefined;
  const { runId } = cache.state;
  const keys = [BACKLOG_KEY, ...groups.map(coverageKey)];
  const [backlog, ...since] = (await cache.call("MGET", ...keys)) as (string | null)[];
  const now = Date.now();
  return groups.reduce((incomplete, { windows }, index) => {
    const from = backlog === null ? readSince(since[index], runId) : Infinity;
    return incomplete + windows.filter((window) => from > now - window).length;
  }, 0);
}
