import type { ConnectOptions, PoolOptions } from "../open.ts";
import type { Connection, Pool } from "../session.ts";
import { MysqlConnection } from "./connection.ts";
import { MysqlPool } from "./pool.ts";
import { connectServer } from "./server.ts";
import { settingsOf } from "./settings.ts";

/** Milliseconds: ready connections are worth their memory, as a burst should not wait for handshakes. */
const IDLE_TIMEOUT = 60_000;

type Hooks = Pick<ConstructorParameters<typeof MysqlConnection>[2], "giveBack" | "onReadOnly">;

async function open(options: ConnectOptions, hooks: Hooks): Promise<MysqlConnection> {
  const { url, name, connectTimeout: timeout, queryTimeout } = options;
  const { raw, server } = await connectServer(settingsOf(url), { name, timeout, queryTimeout });
  return new MysqlConnection(raw, server, { queryTimeout, ...hooks });
}

export function openMysqlPool(options: PoolOptions): Pool {
  return new MysqlPool({
    open: (hooks) => open(options, hooks),
    max: options.max,
    patience: options.connectTimeout,
    idleTimeout: IDLE_TIMEOUT,
    onLost: (error) => options.onLost?.(error),
  });
}

export function connectMysql(options: ConnectOptions): Promise<Connection> {
  return open(options, {
    giveBack: (connection, isBroken) => (isBroken ? connection.destroy() : connection.end()),
  });
}
