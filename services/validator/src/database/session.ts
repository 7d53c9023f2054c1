// What the rest of the service knows of a database: one of two engines, asked in SQL.

/** `mysql` is MySQL 8.4 and MariaDB 10.11 alike. */
export type Engine = "postgresql" | "mysql";

/** The engine that an address is of; undefined where it is of none that this service runs on. */
export function engineOf(url: string): Engine | undefined {
  const protocol = URL.parse(url)?.protocol;
  if (protocol === "postgresql:" || protocol === "postgres:") return "postgresql";
  return protocol === "mysql:" ? "mysql" : undefined;
}

/** What a statement says to each engine, where one text does not do for both. */
export interface Texts {
  readonly postgresql: string;
  readonly mysql: string;
}

export interface Statement {
  /** Prepared once on each connection; one name has one text. */
  readonly name?: string;
  readonly text: string | Texts;
  readonly values?: readonly unknown[];
  /** Columns of JSON to be parsed; PostgreSQL's are in any case, MySQL's are text otherwise. */
  readonly json?: readonly string[];
  /** Columns to be read as numbers; those of bigint and of count(*) are decimal text otherwise, from both engines. */
  readonly numbers?: readonly string[];
}

export interface Result<Row> {
  readonly rows: Row[];
  /** Rows that were read or, where the statement returns none, that it has found to insert, update or delete. */
  readonly rowCount: number;
}

/**
 * A connection, or a pool of them, of either engine. Placeholders are $1, $2 ... for both. A type after a placeholder
 * ($1::text) and a list (= any($1), <> all($1)) are written as PostgreSQL wants them: MySQL is told in its own words.
 */
export interface Session {
  readonly engine: Engine;
  query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<Result<Row>>;
}

/** How a transaction sees the database: each statement a moment of its own, or one moment throughout. */
export type TransactionKind = "write" | "consistent read";

/** One connection, held by whoever has asked for it. */
export interface Connection extends Session {
  begin(kind: TransactionKind): Promise<void>;
  /** `isReplicated` is false where the commit did not wait for the standby as it should have: a failover may undo it. */
  commit(): Promise<{ readonly isReplicated: boolean }>;
  rollback(): Promise<void>;
  /** The rows of a query in a transaction, `size` at a time, of which the server gives no more than are asked for. */
  pages<Row>(text: string | Texts, values: readonly unknown[], size: number): AsyncGenerator<Row[]>;
  /** Gives the connection back; one that is broken is closed. A connection without a pool is closed in any case. */
  release(isBroken?: boolean): void;
  /** Ends what the server still does for this connection after it was given up, such as waiting for the standby. */
  endOnServer(by: Session): Promise<void>;
}

/** Connections to one address, opened when they are needed and replaced when they are lost. */
export interface Pool extends Session {
  connect(): Promise<Connection>;
  readonly totalCount: number;
  readonly idleCount: number;
  /** Questions that wait for a connection. */
  readonly waitingCount: number;
  end(): Promise<void>;
}

/** The text of a statement for an engine. */
export function textFor(engine: Engine, text: string | Texts): string {
  return typeof text === "string" ? text : text[engine];
}
