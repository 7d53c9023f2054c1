import { setTimeout as delay } from "node:timers/promises";

import { Problem } from "../http/problems.ts";
import { isDeadlock, isFaultOfRows, sqlState, StoreUnavailable } from "./errors.ts";
import type { Connection, Pool, TransactionKind } from "./session.ts";

/** Two transactions that wait for each other are rare; three times in a row they are something else. */
const MOST_ATTEMPTS = 3;
/** Milliseconds, at most, in which the other one may take what it waited for, before this one takes it again. */
const LONGEST_PAUSE = 50;

/**
 * Runs `use` in one transaction: committed when it returns, rolled back when it throws. After a deadlock it runs again,
 * so it does nothing outside of the database that may not be done twice. Throws StoreUnavailable where
 * the database did not answer in time; whether the transaction took place is then unknown.
 */
export async function inTransaction<T>(
  pool: Pool,
  kind: TransactionKind,
  use: (session: Connection) => Promise<T>,
): Promise<T> {
  return available(async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await attemptIn(pool, kind, use);
      } catch (error) {
        if (!isDeadlock(error) || attempt === MOST_ATTEMPTS) throw error;
        await delay((0.5 + Math.random() / 2) * LONGEST_PAUSE);
      }
    }
  });
}

async function attemptIn<T>(
  pool: Pool,
  kind: TransactionKind,
  use: (session: Connection) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect();
  try {
    await connection.begin(kind);
    const result = await use(connection);
    const { isReplicated } = await connection.commit();
    if (!isReplicated) throw new StoreUnavailable();
    connection.release();
    return result;
  } catch (error) {
    // A connection that has not answered is not asked to roll back: losing it does that.
    const answers = error instanceof Problem || sqlState(error) !== undefined;
    const rolledBack =
      answers &&
      (await connection.rollback().then(
        () => true,
        () => false,
      ));
    connection.release(!rolledBack);
    // Else it would go on waiting for the standby, with its locks, after everybody has gone.
    if (!answers) void connection.endOnServer(pool);
    throw error;
  }
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
