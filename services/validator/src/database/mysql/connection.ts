import type mysql from "mysql2";

import { sqlState } from "../errors.ts";
import { readJson, readNumbers } from "../rows.ts";
import {
  type Connection,
  type Result,
  type Session,
  type Statement,
  textFor,
  type Texts,
  type TransactionKind,
} from "../session.ts";
import { lastOf, readFlags } from "./rows.ts";
import { ask, type Server } from "./server.ts";
import { sqlOf } from "./text.ts";

const BEGIN: Record<TransactionKind, string> = {
  write: "start transaction",
  "consistent read":
    "set transaction isolation level repeatable read; start transaction with consistent snapshot, read only",
};

/** Errors of a server that takes no writes (any more): after a failover its connections lead to the wrong one. */
const READ_ONLY = new Set([1290, 1836]);

export interface ConnectionOptions {
  /** Milliseconds until a statement must be answered. */
  readonly queryTimeout: number | undefined;
  /** Where the connection goes when nobody uses it any more. */
  readonly giveBack: (connection: MysqlConnection, isBroken: boolean) => void;
  /** Hears that the server takes no writes. */
  readonly onReadOnly?: () => void;
}

/** A connection to MySQL or MariaDB. One that has not answered in time, or was lost, is broken for good. */
export class MysqlConnection implements Connection {
  readonly engine = "mysql";
  /** When it was last given back, by `performance.now()`. */
  idleSince = 0;
  /** What it was lost by. */
  lostBy: unknown;
  readonly #raw: mysql.Connection;
  readonly #server: Server;
  readonly #options: ConnectionOptions;
  #isBroken = false;
  /** Commits that no replica has acknowledged, on the whole server, when it was last asked. */
  #unacknowledged: string | undefined;

  constructor(raw: mysql.Connection, server: Server, options: ConnectionOptions) {
    this.#raw = raw;
    this.#server = server;
    this.#options = options;
    this.#unacknowledged = server.unacknowledged;
    raw.on("error", (error) => this.#lose(error));
    raw.on("end", () => this.#lose(new Error("The server has closed the connection.")));
  }

  #lose(error: unknown): void {
    if (!this.#isBroken) this.lostBy = error;
    this.#isBroken = true;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  async query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<Result<Row>> {
    const { text, ...rest } = typeof statement === "string" ? { text: statement } : statement;
    const given = values ?? rest.values;
    const { rows, rowCount } = await this.#run<Row & object>(sqlOf(textFor("mysql", text), given));
    if (rest.json !== undefined) readJson(rows, rest.json);
    if (rest.numbers !== undefined) readNumbers(rows, rest.numbers);
    return { rows, rowCount };
  }

  async begin(kind: TransactionKind): Promise<void> {
    await this.#run(BEGIN[kind]);
  }

  /**
   * Where semi-synchronous replication has given up waiting (its time-out), or was cut off while it waited, the server
   * says so to nobody but in a counter: it must be what it was before.
   */
  async commit(): Promise<{ isReplicated: boolean }> {
    return this.commitAfter("");
  }

  /** Runs statements that return nothing, and the commit, in one journey. */
  async commitAfter(sql: string): Promise<{ isReplicated: boolean }> {
    const { counter } = this.#server;
    const text = sql === "" ? "commit" : `${sql}; commit`;
    if (counter === undefined) {
      await this.#run(text);
      return { isReplicated: true };
    }
    const tell = `show global status where variable_name = '${counter}'`;
    const { rows } = await this.#run<{ Value: string }>(`${text}; ${tell}`);
    const before = this.#unacknowledged;
    this.#unacknowledged = rows[0]?.Value;
    return { isReplicated: this.#unacknowledged === before };
  }

  async rollback(): Promise<void> {
    await this.#run("rollback");
  }

  async *pages<Row>(text: string | Texts, values: readonly unknown[], size: number): AsyncGenerator<Row[]> {
    const query = this.#raw.query(sqlOf(textFor("mysql", text), values));
    let fields: readonly mysql.FieldPacket[] = [];
    query.on("fields", (given: mysql.FieldPacket[]) => (fields = given));
    let isOver = false;
    try {
      const rows = query.stream({ highWaterMark: size })[Symbol.asyncIterator]() as AsyncIterator<
        Row & object
      >;
      let page: (Row & object)[] = [];
      const give = () => {
        const full = page;
        page = [];
        readFlags(full, fields);
        return full;
      };
      for (;;) {
        const { done, value } = await this.#within(rows.next());
        if (done === true) break;
        if (page.push(value) === size) yield give();
      }
      if (page.length > 0) yield give();
      isOver = true;
    } finally {
      // The rest of the rows would come before any other answer.
      if (!isOver) this.destroy();
    }
  }

  release(isBroken = false): void {
    this.#options.giveBack(this, isBroken || this.#isBroken);
  }

  /** Threads that wait for a replica, a lock or a disk do not notice that their client has gone. */
  async endOnServer(by: Session): Promise<void> {
    const { host, thread } = this.#server;
    // Another server, or this one after a restart, gives the same numbers to others.
    const isIt = `select id from information_schema.processlist
      where id = $1 and command <> 'Sleep' and @@hostname = $2 and user = substring_index(current_user(), '@', 1)`;
    try {
      if ((await by.query(isIt, [thread, host])).rowCount === 1)
        await by.query("kill connection $1", [thread]);
    } catch {
      // Where the database is away there is nothing to end.
    }
  }

  /** Closes the connection without a word. */
  destroy(): void {
    this.#isBroken = true;
    this.#raw.destroy();
    (this.#raw as unknown as { stream: { destroy(): void } }).stream.destroy();
  }

  /** Ends the connection as a client should. */
  end(): void {
    this.#isBroken = true;
    this.#raw.end(() => {});
  }

  /** The result of a statement; of several, the last one's. */
  async #run<Row>(sql: string): Promise<Result<Row>> {
    try {
      return lastOf<Row>(await this.#within(ask(this.#raw, sql)));
    } catch (error) {
      const { errno, fatal } = error as { errno?: number; fatal?: boolean };
      if (READ_ONLY.has(errno ?? 0)) {
        this.#isBroken = true;
        this.#options.onReadOnly?.();
      }
      if (fatal === true || sqlState(error) === undefined) this.#isBroken = true;
      throw error;
    }
  }

  /** A server that hangs is left: nobody can say what it would answer next. */
  async #within<T>(promise: Promise<T>): Promise<T> {
    const { queryTimeout } = this.#options;
    if (queryTimeout === undefined) return promise;
    const { promise: late, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      reject(new Error("Query read timeout"));
      this.destroy();
    }, queryTimeout);
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}
