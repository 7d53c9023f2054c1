import { sqlState } from "./errors.ts";
import type { Connection, Pool, Session } from "./session.ts";

/** Borrows a connection to write by; one that failed in any way is not given back but replaced. */
export async function withConnection<T>(
  pool: Pool,
  lookup: Session,
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await pool.connect();
  try {
    const result = await use(connection);
    connection.release();
    return result;
  } catch (error) {
    connection.release(true);
    if (sqlState(error) === undefined) void connection.endOnServer(lookup);
    throw error;
  }
}
