import type pg from "pg";

import { readNumbers } from "../rows.ts";
import {
  type Connection,
  type Result,
  type Session,
  type Statement,
  textFor,
  type Texts,
  type TransactionKind,
} from "../session.ts";

/** Milliseconds that a change waits for another one, well below the time in which a query must be answered. */
const LOCK_TIMEOUT = 2000;

/**
 * Milliseconds after which the server ends a change whose process says nothing any more: one that is frozen keeps its
 * connection, and would keep its locks.
 */
const IDLE_TIMEOUT = 10_000;

const BEGIN: Record<TransactionKind, string> = {
  write: `begin; set local lock_timeout = ${LOCK_TIMEOUT}; set local idle_in_transaction_session_timeout = ${IDLE_TIMEOUT}`,
  "consistent read": "begin isolation level repeatable read read only",
};

// A commit that waits for the synchronous standby heeds neither statement_timeout nor the loss of its client. Left
// alone, every repetition while the standby is away would leave one more such connection, until none is to be had.
const RELEASE = {
  name: "connections.release",
  text: `select pg_cancel_backend(pid) from pg_stat_activity
         where pid = $1 and wait_event = 'SyncRep' and application_name = current_setting('application_name')`,
};

/** Hands a statement to pg as it is: the way of a decision copies nothing here. */
export async function queryPostgresql<Row>(
  client: pg.Pool | pg.ClientBase,
  statement: string | Statement,
  values?: readonly unknown[],
): Promise<Result<Row>> {
  const { rows, rowCount } = await client.query<Row & pg.QueryResultRow>(configOf(statement, values));
  if (typeof statement !== "string" && statement.numbers !== undefined) readNumbers(rows, statement.numbers);
  return { rows, rowCount: rowCount ?? 0 };
}

function configOf(statement: string | Statement, values: readonly unknown[] | undefined): pg.QueryConfig {
  if (typeof statement === "string") return { text: statement, values: values as unknown[] };
  if (values === undefined && typeof statement.text === "string") return statement as pg.QueryConfig;
  return {
    ...(statement.name !== undefined && { name: statement.name }),
    text: textFor("postgresql", statement.text),
    values: (values ?? statement.values) as unknown[],
  };
}

export class PostgresqlConnection implements Connection {
  readonly engine = "postgresql";
  readonly #client: pg.ClientBase;
  readonly #giveBack: (isBroken: boolean) => void;

  constructor(client: pg.ClientBase, giveBack: (isBroken: boolean) => void) {
    this.#client = client;
    this.#giveBack = giveBack;
  }

  query<Row>(statement: string | Statement, values?: readonly unknown[]): Promise<Result<Row>> {
    return queryPostgresql(this.#client, statement, values);
  }

  async begin(kind: TransactionKind): Promise<void> {
    await this.#client.query(BEGIN[kind]);
  }

  async commit(): Promise<{ isReplicated: boolean }> {
    const warned = this.hearWarnings();
    await this.#client.query("commit");
    // A warning means that the commit did not wait for the standby.
    return { isReplicated: !warned() };
  }

  async rollback(): Promise<void> {
    await this.#client.query("rollback");
  }

  async *pages<Row>(text: string | Texts, values: readonly unknown[], size: number): AsyncGenerator<Row[]> {
    await this.query(`declare page no scroll cursor for ${textFor("postgresql", text)}`, values);
    for (;;) {
      const { rows } = await this.query<Row>(`fetch ${size} from page`);
      if (rows.length > 0) yield rows;
      if (rows.length < size) break;
    }
    await this.query("close page");
  }

  release(isBroken = false): void {
    this.#giveBack(isBroken);
  }

  async endOnServer(by: Session): Promise<void> {
    const { processID } = this.#client as unknown as { processID: number | null };
    // Where the database is away there is nothing to release.
    await by.query({ ...RELEASE, values: [processID] }).catch(() => {});
  }

  /** Counts the server's warnings on the connection from its first use on; the result says whether one came since now. */
  hearWarnings(): () => boolean {
    const heard = warningsOf(this.#client);
    const { count } = heard;
    return () => heard.count !== count;
  }
}

const warnings = new WeakMap<pg.ClientBase, { count: number }>();

function warningsOf(client: pg.ClientBase): { count: number } {
  const heard = warnings.get(client);
  if (heard !== undefined) return heard;
  const counter = { count: 0 };
  warnings.set(client, counter);
  client.on("notice", ({ code }) => {
    // SQLSTATE class 01 is a warning, in every language of the server.
    if (code?.startsWith("01")) counter.count++;
  });
  return counter;
}
