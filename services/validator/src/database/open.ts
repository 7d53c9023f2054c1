import { connectMysql, openMysqlPool } from "./mysql/open.ts";
import { connectPostgresql, openPostgresqlPool } from "./postgresql/open.ts";
import { type Connection, engineOf, type Pool } from "./session.ts";

/** Times are milliseconds. */
export interface ConnectOptions {
  /** postgresql:// or mysql:// */
  readonly url: string;
  /** Who connects, as the server lists it. */
  readonly name: string;
  /** Until a connection must stand. */
  readonly connectTimeout: number;
  /** Until a statement must be answered; for ever unless given. */
  readonly queryTimeout?: number;
}

export interface PoolOptions extends ConnectOptions {
  /** Connections at the same time. */
  readonly max: number;
  /** Hears of idle connections that were lost. */
  readonly onLost?: (error: unknown) => void;
}

/** Opens no connection yet. */
export function openPool(options: PoolOptions): Pool {
  return engineOf(options.url) === "mysql" ? openMysqlPool(options) : openPostgresqlPool(options);
}

/** One connection without a pool: `release` closes it. */
export function connect(options: ConnectOptions): Promise<Connection> {
  return engineOf(options.url) === "mysql" ? connectMysql(options) : connectPostgresql(options);
}
