import type pg from "pg";

import { Problem } from "../http/problems.ts";
import { hearWarnings, releaseBackend } from "./clients.ts";
import { isFaultOfRows, sqlState, StoreUnavailable } from "./errors.ts";

/** Milliseconds that a change waits for another one, well below the time in which a query must be answered. */
const LOCK_TIMEOUT = 2000;

/** How a transaction sees the database: one moment throughout, or each statement its own. */
const BEGIN = {
  write: `begin; set local lock_timeout = ${LOCK_TIMEOUT}`,
  "consistent read": "begin isolation level repeatable read read only",
};

/**
 * Runs `use` in one transaction: committed when it returns, rolled back when it throws. Throws StoreUnavailable where
 * the database did not answer in time; whether the transaction took place is then unknown.
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  kind: keyof typeof BEGIN,
  use: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return available(async () => {
    const client = await pool.connect();
    try {
      await client.query(BEGIN[kind]);
      const result = await use(client);
      const warned = hearWarnings(client);
      await client.query("commit");
      // A warning means that the commit did not wait for the standby: a failover may undo it.
      if (warned()) throw new StoreUnavailable();
      client.release();
      return result;
    } catch (error) {
      // A connection that has not answered is not asked to roll back: losing it does that.
      const answers = error instanceof Problem || sqlState(error) !== undefined;
      const rolledBack =
        answers &&
        (await client.query("rollback").then(
          () => true,
          () => false,
        ));
      client.release(!rolledBack);
      // Else it would go on waiting for the standby, with its locks, after everybody has gone.
      if (!answers) void releaseBackend(pool, client);
      throw error;
    }
  });
}

/** The operation's result; what the database is to blame for becomes StoreUnavailable, everything else stays what it is. */
export async function available<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    if (error instanceof Problem || isFaultOfRows(error) || isFaultOfProgram(error)) throw error;
    throw new StoreUnavailable(error);
  }
}

function isFaultOfProgram(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
}
