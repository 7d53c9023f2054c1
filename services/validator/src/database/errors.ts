/** The store did not take or give an answer in time; whether a write took place is unknown. */
export class StoreUnavailable extends Error {
  constructor(cause?: unknown) {
    super("The store did not answer in time.", { cause });
  }
}

/** SQLSTATE of a PostgreSQL error (five characters); undefined for a lost connection or a timeout. */
export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * Whether the rows themselves are at fault (SQLSTATE class 22 data exception, 23 constraint): the same
 * rows would fail for ever. Anything else (connection lost, failover, read-only former primary 25006,
 * deadlock, missing table) may pass on another attempt.
 */
export function isFaultOfRows(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith("22") || state.startsWith("23"));
}
