import type { Pool, Result, Statement } from "../session.ts";
import type { MysqlConnection } from "./connection.ts";

export interface PoolParts {
  /** Opens a connection that is given back to `giveBack`; `onReadOnly` hears that the server takes no writes. */
  readonly open: (hooks: {
    readonly giveBack: (connection: MysqlConnection, isBroken: boolean) => void;
    readonly onReadOnly: () => void;
  }) => Promise<MysqlConnection>;
  readonly max: number;
  /** Milliseconds that somebody waits for a connection, be it a new one or another's. */
  readonly patience: number;
  /** Milliseconds after which a connection that nobody uses is closed. */
  readonly idleTimeout: number;
  readonly onLost: (error: unknown) => void;
}

interface Waiter {
  readonly resolve: (connection: MysqlConnection) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Connections to one address. mysql2's own pool waits without end for a connection, and keeps those that lead to a
 * primary which has become a replica: here one answer that says so closes all that were opened before it.
 */
export class MysqlPool implements Pool {
  readonly engine = "mysql";
  readonly #parts: PoolParts;
  /** The one that was used last comes first. */
  readonly #idle: MysqlConnection[] = [];
  readonly #all = new Set<MysqlConnection>();
  readonly #waiting: Waiter[] = [];
  #opening = 0;
  /** Connections that lead to a server which takes no writes. */
  readonly #outdated = new WeakSet<MysqlConnection>();
  #sweeper: NodeJS.Timeout | undefined;
  #ended: (() => void) | undefined;

  constructor(parts: PoolParts) {
    this.#parts = parts;
  }

  get totalCount(): number {
    return this.#all.size + this.#opening;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  async query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<Result<Row>> {
    const connection = await this.connect();
    try {
      return await connection.query<Row>(statement, values);
    } finally {
      connection.release();
    }
  }

  connect(): Promise<MysqlConnection> {
    if (this.#ended !== undefined) return Promise.reject(new Error("The pool has ended."));
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined) break;
      if (!connection.isBroken && !this.#outdated.has(connection)) return Promise.resolve(connection);
      this.#close(connection);
    }
    return this.#wait();
  }

  async #wait(): Promise<MysqlConnection> {
    const { promise, resolve, reject } = Promise.withResolvers<MysqlConnection>();
    const waiter = { resolve, reject };
    this.#waiting.push(waiter);
    this.#openForWaiting();
    const timer = setTimeout(() => {
      const index = this.#waiting.indexOf(waiter);
      if (index < 0) return;
      this.#waiting.splice(index, 1);
      reject(new Error("no connection in time"));
    }, this.#parts.patience);
    return promise.finally(() => clearTimeout(timer));
  }

  async end(): Promise<void> {
    if (this.#ended !== undefined) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#ended = resolve;
    clearInterval(this.#sweeper);
    for (const connection of this.#idle.splice(0)) {
      this.#all.delete(connection);
      connection.end();
    }
    this.#resolveEnd();
    await promise;
  }

  /** Those who wait need one connection each, as far as there may be so many. */
  #openForWaiting(): void {
    while (this.#opening < this.#waiting.length && this.totalCount < this.#parts.max) {
      this.#opening++;
      void this.#open();
    }
  }

  async #open(): Promise<void> {
    try {
      const opened = await this.#parts.open({
        giveBack: (connection, isBroken) => this.#takeBack(connection, isBroken),
        onReadOnly: () => this.#abandonAll(),
      });
      this.#opening--;
      this.#all.add(opened);
      this.#takeBack(opened, false);
    } catch (error) {
      this.#opening--;
      this.#waiting.shift()?.reject(error);
      this.#openForWaiting();
      this.#resolveEnd();
    }
  }

  #takeBack(connection: MysqlConnection, isBroken: boolean): void {
    if (isBroken || connection.isBroken || this.#outdated.has(connection)) {
      this.#close(connection);
      this.#openForWaiting();
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) {
      waiter.resolve(connection);
      return;
    }
    if (this.#ended !== undefined) {
      this.#all.delete(connection);
      connection.end();
      this.#resolveEnd();
      return;
    }
    connection.idleSince = performance.now();
    this.#idle.push(connection);
    this.#sweeper ??= setInterval(() => this.#sweep(), 1000).unref();
  }

  #close(connection: MysqlConnection): void {
    this.#all.delete(connection);
    connection.destroy();
    this.#resolveEnd();
  }

  #abandonAll(): void {
    for (const connection of this.#all) this.#outdated.add(connection);
    for (const connection of this.#idle.splice(0)) this.#close(connection);
  }

  /** Closes what is idle for long, and what was lost while it was idle. */
  #sweep(): void {
    const oldest = performance.now() - this.#parts.idleTimeout;
    for (const connection of this.#idle.slice()) {
      if (!connection.isBroken && connection.idleSince > oldest) continue;
      this.#idle.splice(this.#idle.indexOf(connection), 1);
      if (connection.isBroken) {
        this.#parts.onLost(connection.lostBy);
        this.#close(connection);
      } else {
        this.#all.delete(connection);
        connection.end();
      }
    }
    if (this.#idle.length > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }

  #resolveEnd(): void {
    if (this.#all.size === 0 && this.#opening === 0) this.#ended?.();
  }
}
