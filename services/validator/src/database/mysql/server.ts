// One conversation with a server: how it is begun, and how a question is put.
import type mysql from "mysql2";

import type { Answer } from "./rows.ts";

/** What a connection has to know of the server that it leads to. */
export interface Server {
  readonly host: string;
  readonly thread: number;
  /** The status variable that counts commits which no replica has acknowledged; undefined where there is none. */
  readonly counter: string | undefined;
  readonly unacknowledged: string | undefined;
}

/**
 * Seconds after which the server ends a connection of which it hears nothing, and its transaction: that of a replica
 * which was cut off would keep its locks for hours. Longer than the pool keeps an idle one.
 */
const IDLE_TIMEOUT = 90;

// As PostgreSQL: double quotes are for names, || joins texts, what does not fit is refused, times are UTC, and each
// statement sees what is committed. A change waits 2 s for another one, well below the time that a query has.
const BEGIN = `set session sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,'
    'NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00',
    innodb_lock_wait_timeout = 2, wait_timeout = ${IDLE_TIMEOUT};
  set session transaction isolation level read committed;
  select version() as version, @@hostname as host, connection_id() as thread;
  show global status like 'Rpl_semi_sync_%_no_tx'`;

/** Asks, and calls nobody back but the promise. */
export function ask(raw: mysql.Connection, sql: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    raw.query(sql, (error: unknown, results: unknown, fields: unknown) => {
      if (error) reject(error as Error);
      else resolve({ results, fields });
    });
  });
}

/** A connection with the settings of this service; rejects where it does not stand in `timeout` milliseconds. */
export async function connectServer(
  settings: mysql.ConnectionOptions,
  { name, timeout, queryTimeout }: { name: string; timeout: number; queryTimeout: number | undefined },
): Promise<{ raw: mysql.Connection; server: Server }> {
  // Services on PostgreSQL need not load it.
  const { createConnection } = await import("mysql2");
  const raw = createConnection({
    ...settings,
    connectTimeout: timeout,
    connectAttributes: { program_name: name },
  });
  const { promise: failed, reject } = Promise.withResolvers<never>();
  // Also hears what is lost later, when nobody waits for this any more.
  raw.on("error", reject);
  failed.catch(() => {});
  const timer = setTimeout(() => reject(new Error("connection timeout")), timeout);
  try {
    return { raw, server: await Promise.race([introduce(raw, queryTimeout), failed]) };
  } catch (error) {
    raw.destroy();
    (raw as unknown as { stream: { destroy(): void } }).stream.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function introduce(raw: mysql.Connection, queryTimeout: number | undefined): Promise<Server> {
  const { results } = await ask(raw, BEGIN);
  const [, , about, counters] = results as [
    unknown,
    unknown,
    [{ version: string; host: string; thread: string | number }],
    { Variable_name: string; Value: string }[],
  ];
  const [{ version, host, thread }] = about;
  if (queryTimeout !== undefined) await ask(raw, limitOf(version, queryTimeout));
  const counter = counters.find(({ Variable_name: variable }) => /_(master|source)_no_tx$/i.test(variable));
  return { host, thread: Number(thread), counter: counter?.Variable_name, unacknowledged: counter?.Value };
}

/** The server gives up as well. MySQL does so for reads only. */
function limitOf(version: string, milliseconds: number): string {
  return /mariadb/i.test(version)
    ? `set session max_statement_time = ${milliseconds / 1000}`
    : `set session max_execution_time = ${milliseconds}`;
}
