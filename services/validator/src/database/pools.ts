import type { Config } from "../config.ts";
import { connect, openPool } from "./open.ts";
import type { Connection, Pool } from "./session.ts";

/** Each for its own, so that a flood of reads takes no connection from the writes. */
export interface Pools {
  /** Batches only, on the writer: as many connections as batches may be in flight. */
  writer: Pool;
  /** Reads of decisions. */
  reader: Pool;
  /** The few short questions that only the writer can answer. */
  lookup: Pool;
  /** What people change, and the rules that are read after a change; on the writer. */
  administration: Pool;
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
  const open = (name: keyof typeof QUERY_TIMEOUT, url: string, max: number) =>
    openPool({
      url,
      name: `validator ${config.replica}`,
      connectTimeout: CONNECT_TIMEOUT,
      queryTimeout: QUERY_TIMEOUT[name],
      max,
      onLost: (error) => log.warn({ err: error, pool: name }, "an idle database connection was lost"),
    });

  const writer = open("writer", config.writerUrl, config.writerConnections);
  const reader = open("reader", config.readerUrl, config.readerConnections);
  const lookup = open("lookup", config.writerUrl, config.lookupConnections);
  const administration = open("administration", config.writerUrl, config.administrationConnections);
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

/** A connection to the writer for reading much, beside the pools: `release()` it. */
export function connectDedicated(config: Config): Promise<Connection> {
  return connect({
    url: config.writerUrl,
    name: `validator ${config.replica}`,
    connectTimeout: CONNECT_TIMEOUT,
    queryTimeout: DEDICATED_TIMEOUT,
  });
}
