import pg from "pg";

import type { Config } from "../config.ts";

/** Each for its own, so that a flood of reads takes no connection from the writes. */
export interface Pools {
  /** Batches only, on the writer: as many connections as batches may be in flight. */
  writer: pg.Pool;
  /** Reads of decisions. */
  reader: pg.Pool;
  /** The few short questions that only the writer can answer. */
  lookup: pg.Pool;
  /** What people change, and the rules that are read after a change; on the writer. */
  administration: pg.Pool;
  /** Whether the reader is another server than the writer, and may be behind it. */
  readerMayLag: boolean;
  close(): Promise<void>;
}

export interface PoolLog {
  warn(fields: object, message: string): void;
}

/** Milliseconds until a connection must stand: a hung primary holds nobody for long. */
const CONNECT_TIMEOUT = 1000;
/** Milliseconds until a query must be answered. A read that is not has the writer to go to. */
const QUERY_TIMEOUT = { writer: 2000, reader: 1000, lookup: 1000, administration: 5000 };

/** Opens no connection yet: the process starts, and stays up, without its database. */
export function openPools(config: Config, log: PoolLog): Pools {
  const open = (name: keyof typeof QUERY_TIMEOUT, connectionString: string, max: number) => {
    const pool = new pg.Pool({
      connectionString,
      max,
      // Ready connections are worth their memory: a burst should not wait for handshakes.
      idleTimeoutMillis: 60_000,
      connectionTimeoutMillis: CONNECT_TIMEOUT,
      query_timeout: QUERY_TIMEOUT[name],
      // The server gives up as well, so that the connection left behind does not go on holding locks.
      statement_timeout: QUERY_TIMEOUT[name],
      keepAlive: true,
      keepAliveInitialDelayMillis: 5000,
      application_name: `validator ${config.replica}`.slice(0, 63),
    });
    // The pool replaces what it loses. Without these two listeners a lost connection would end the process:
    // the pool's own hears idle connections, the client's those that are out.
    pool.on("error", (error) => log.warn({ err: error, pool: name }, "an idle database connection was lost"));
    pool.on("connect", (client) => client.on("error", () => {}));
    return pool;
  };

  const writer = open("writer", config.writerUrl, config.writerConnections);
  const reader = open("reader", config.readerUrl, config.readerConnections);
  const lookup = open("lookup", config.writerUrl, 2);
  const administration = open("administration", config.writerUrl, 3);
  return {
    writer,
    reader,
    lookup,
    administration,
    readerMayLag: config.readerUrl !== config.writerUrl,
    close: async () => {
      await Promise.all([writer.end(), reader.end(), lookup.end(), administration.end()]);
    },
  };
}

/** A statement of a dedicated connection may take its time. */
const DEDICATED_TIMEOUT = 10_000;

/** A connection to the writer for reading much, beside the pools: `end()` it. */
export async function connectDedicated(config: Config): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: config.writerUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: DEDICATED_TIMEOUT,
    statement_timeout: DEDICATED_TIMEOUT,
    keepAlive: true,
    application_name: `validator ${config.replica}`.slice(0, 63),
  });
  // The query under way hears of a lost connection too.
  client.on("error", () => {});
  await client.connect();
  return client;
}
