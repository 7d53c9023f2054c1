import type { CacheState } from "../cache/cache.ts";

/**
 * Since when a group holds all transactions: what a coverage key says, for the server that said it. After a restart or
 * a failover another server answers, which may have lost some, so its run_id counts too.
 */
export function coverageValue(runId: string, since: number): string {
  return `${runId} ${since}`;
}

/** Milliseconds since 1970, or Infinity where the value is of another server or there is none. */
export function readSince(value: string | null | undefined, runId: string): number {
  return value?.startsWith(runId) ? Number(value.slice(runId.length + 1)) : Infinity;
}

/**
 * Since when each group is complete, from the values of the backlog's key and the groups' coverage keys; Infinity is
 * never. While decisions wait to be added nothing is complete.
 */
export function readCoverage(state: CacheState, [backlog, ...values]: readonly (string | null)[]): number[] {
  if (state.status === "away" || backlog !== null) return values.map(() => Infinity);
  return values.map((value) => readSince(value, state.runId));
}
