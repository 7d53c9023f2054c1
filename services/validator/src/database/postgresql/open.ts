import pg from "pg";

import type { ConnectOptions, PoolOptions } from "../open.ts";
import type { Connection, Pool } from "../session.ts";
import { PostgresqlConnection, queryPostgresql } from "./connection.ts";

/** PostgreSQL cuts longer names off, and says so in a warning. */
const MOST_OF_NAME = 63;

function settings({ url, name, connectTimeout, queryTimeout }: ConnectOptions): pg.ClientConfig {
  return {
    connectionString: url,
    connectionTimeoutMillis: connectTimeout,
    // The server gives up as well, so that the connection left behind does not go on holding locks.
    ...(queryTimeout !== undefined && { query_timeout: queryTimeout, statement_timeout: queryTimeout }),
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    application_name: name.slice(0, MOST_OF_NAME),
  };
}

export function openPostgresqlPool({ max, onLost, ...options }: PoolOptions): Pool {
  const pool = new pg.Pool({
    ...settings(options),
    max,
    // Ready connections are worth their memory: a burst should not wait for handshakes.
    idleTimeoutMillis: 60_000,
  });
  // The pool replaces what it loses. Without these two listeners a lost connection would end the process:
  // the pool's own hears idle connections, the client's those that are out.
  pool.on("error", (error) => onLost?.(error));
  pool.on("connect", (client) => client.on("error", () => {}));
  return {
    engine: "postgresql",
    query: (statement, values) => queryPostgresql(pool, statement, values),
    async connect() {
      const client = await pool.connect();
      return new PostgresqlConnection(client, (isBroken) => client.release(isBroken));
    },
    get totalCount() {
      return pool.totalCount;
    },
    get idleCount() {
      return pool.idleCount;
    },
    get waitingCount() {
      return pool.waitingCount;
    },
    end: () => pool.end(),
  };
}

export async function connectPostgresql(options: ConnectOptions): Promise<Connection> {
  const client = new pg.Client(settings(options));
  // The query under way hears of a lost connection too.
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => {});
    throw error;
  }
  return new PostgresqlConnection(client, () => void client.end().catch(() => {}));
}
