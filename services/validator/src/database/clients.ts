import type pg from "pg";

import { sqlState } from "./errors.ts";

/** Borrows a connection to write by; one that failed in any way is not given back but replaced. */
export async function withClient<T>(
  pool: pg.Pool,
  lookup: pg.Pool,
  use: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    const result = await use(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    if (sqlState(error) === undefined) void releaseBackend(lookup, client);
    throw error;
  }
}

// A commit that waits for the synchronous standby heeds neither statement_timeout nor the loss of its client. Left
// alone, every repetition while the standby is away would leave one more such connection, until none is to be had.
const RELEASE = {
  name: "connections.release",
  text: `select pg_cancel_backend(pid) from pg_stat_activity
         where pid = $1 and wait_event = 'SyncRep' and application_name = current_setting('application_name')`,
};

/** Ends the wait of a connection that was given up, in case it is a commit that waits for the standby. */
export async function releaseBackend(lookup: pg.Pool, client: pg.PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number | null };
  // Where the database is away there is nothing to release.
  await lookup.query({ ...RELEASE, values: [processID] }).catch(() => {});
}

const warnings = new WeakMap<pg.PoolClient, { count: number }>();

/** Counts the server's warnings on a connection from its first use on; the result says whether one came since now. */
export function hearWarnings(client: pg.PoolClient): () => boolean {
  let heard = warnings.get(client);
  if (heard === undefined) {
    const counter = { count: 0 };
    heard = counter;
    warnings.set(client, counter);
    client.on("notice", ({ code }) => {
      // SQLSTATE class 01 is a warning, in every language of the server.
      if (code?.startsWith("01")) counter.count++;
    });
  }
  const { count } = heard;
  const counter = heard;
  return () => counter.count !== count;
}
