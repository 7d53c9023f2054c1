/**
 * Since when a group holds all transactions: what a coverage key says, for the server that said it. After a restart or
 * a failover another server answers, which may have lost some, so its run_id counts too. The script reads it as well (velocity/lua/batch.lua).
 */
export function coverageValue(runId: string, since: number): string {
  return `${runId} ${since}`;
}

/** Milliseconds since 1970, or Infinity where the value is of another server or there is none. */
export function readSince(value: string | null | undefined, runId: string): number {
  return value?.startsWith(runId) ? Number(value.slice(runId.length + 1)) : Infinity;
}
