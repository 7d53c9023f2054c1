/** The store did not take or give an answer in time; whether a write took place is unknown. */
export class StoreUnavailable extends Error {
  constructor(cause?: unknown) {
    super("The store did not answer in time.", { cause });
  }
}

/** A value that no database of this service takes, as PostgreSQL says it (22021: not a character that text may have). */
export class ValueRefused extends Error {
  readonly code = "22021";
}

/**
 * SQLSTATE of an error that a server has answered with (five characters): PostgreSQL's is in `code`, MySQL's in
 * `sqlState`. Undefined for a lost connection or a timeout.
 */
export function sqlState(error: unknown): string | undefined {
  const { code, sqlState: state } = (error ?? {}) as { code?: unknown; sqlState?: unknown };
  if (typeof state === "string" && state.length === 5) return state;
  // A digit is in every one of them, and in none of the system's codes, such as EPIPE.
  return typeof code === "string" && /^(?=.*\d)[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/**
 * MySQL's errors about rows that have no SQLSTATE of their own: a character that does not fit the column's character
 * set, a check constraint, a number that is none, a row that is larger than a packet.
 */
const FAULTS_OF_ROWS = new Set([1366, 3819, 1265, 1153]);

/**
 * Whether the rows themselves are at fault (SQLSTATE class 22 data exception, 23 constraint): the same
 * rows would fail for ever. Anything else (connection lost, failover, read-only former primary 25006,
 * deadlock, missing table) may pass on another attempt.
 */
export function isFaultOfRows(error: unknown): boolean {
  const state = sqlState(error);
  if (state === undefined) return false;
  return state.startsWith("22") || state.startsWith("23") || FAULTS_OF_ROWS.has(errnoOf(error));
}

/** Two transactions waited for each other, and this one was rolled back whole: it may be tried again at once. */
export function isDeadlock(error: unknown): boolean {
  const state = sqlState(error);
  return state === "40001" || state === "40P01";
}

/** MySQL's error number; 0 for every other error. */
export function errnoOf(error: unknown): number {
  const { errno } = (error ?? {}) as { errno?: unknown };
  return sqlState(error) !== undefined && typeof errno === "number" ? errno : 0;
}
