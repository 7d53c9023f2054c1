import { type Dialect, inBoth } from "../database/dialect.ts";
import type { Pools } from "../database/pools.ts";
import type { Pool, Result, Statement } from "../database/session.ts";
import type { Outcome } from "../transactions/reasons.ts";
import type { StoredDecision } from "./row.ts";
import { listStatement } from "./list-statement.ts";
import { storedColumns, toStored, type StoredColumns } from "./stored.ts";

/** A decision with the transaction that it is about, as canonical JSON. */
export interface FoundDecision extends StoredDecision {
  transaction: string;
}

/** With what it was based on; null in decisions older than rule sets. */
export interface RecordedDecision extends FoundDecision {
  facts: string | null;
  engine: string | null;
}

/** What is asked for; everything given must be so. */
export interface DecisionFilter {
  outcome?: Outcome | undefined;
  /** IBAN or other number of the debtor's or the creditor's account. */
  account?: string | undefined;
  /** Milliseconds since 1970; the time in the decision's id lies in [from, to). */
  from?: number | undefined;
  to?: number | undefined;
  /** Only what is older than this decision. */
  before?: string | undefined;
  limit: number;
}

export interface DecisionReader {
  find(id: string): Promise<FoundDecision | undefined>;
  findRecorded(id: string): Promise<RecordedDecision | undefined>;
  /** Those that are there, in any order. */
  findMany(ids: readonly string[]): Promise<FoundDecision[]>;
  /** Newest first. */
  list(filter: DecisionFilter): Promise<FoundDecision[]>;
}

type Found = StoredColumns & { transaction: string };
type Recorded = Found & { facts: string | null; engine: string | null };

const found = (say: Dialect) => `select ${storedColumns(say)}, ${say.text("transaction")} as transaction`;

const FIND = {
  name: "decisions.find",
  text: inBoth((say) => `${found(say)} from decisions where id = $1`),
};

const FIND_RECORDED = {
  name: "decisions.find-recorded",
  text: inBoth((say) => `${found(say)}, ${say.text("facts")} as facts, engine from decisions where id = $1`),
};

const FIND_MANY = {
  name: "decisions.find-many",
  text: inBoth((say) => `${found(say)} from decisions where id = any($1::uuid[])`),
};

/** Milliseconds that a reader which failed is left alone: else every read would wait for it first. */
const READER_REST = 2000;

export function createDecisionReader(pools: Pools): DecisionReader {
  let readerRestsUntil = 0;

  /** Asks the reader, and the writer where the reader fails or what it says may not be the last word. */
  async function ask<Row extends object>(
    query: Statement,
    isFinal: (rows: Row[]) => boolean,
    run: (pool: Pool, query: Statement) => Promise<Result<Row>> = (pool) => pool.query<Row>(query),
  ): Promise<Row[]> {
    if (performance.now() >= readerRestsUntil) {
      const found = await run(pools.reader, query).catch(() => {
        readerRestsUntil = performance.now() + READER_REST;
      });
      if (found !== undefined && (!pools.readerMayLag || isFinal(found.rows))) return found.rows;
    }
    return (await run(pools.lookup, query)).rows;
  }

  return {
    async find(id) {
      // A decision that the reader has never changes; one that it does not have may not have come yet.
      const [row] = await ask<Found>({ ...FIND, values: [id] }, (rows) => rows.length > 0);
      return row && { ...toStored(row), transaction: row.transaction };
    },

    async findRecorded(id) {
      const [row] = await ask<Recorded>({ ...FIND_RECORDED, values: [id] }, (rows) => rows.length > 0);
      return row && { ...toStored(row), transaction: row.transaction, facts: row.facts, engine: row.engine };
    },

    async findMany(ids) {
      const query = { ...FIND_MANY, values: [ids] };
      const rows = await ask<Found>(query, ({ length }) => length === ids.length);
      return rows.map((row) => ({ ...toStored(row), transaction: row.transaction }));
    },

    async list(filter) {
      const run = filter.account === undefined ? undefined : queryByIndex<Found>;
      const rows = await ask<Found>(listStatement(filter), () => true, run);
      return rows.map((row) => ({ ...toStored(row), transaction: row.transaction }));
    },
  };
}

/**
 * PostgreSQL takes the Bloom filters of accounts for no help where accounts come in no order, and would read the whole
 * table in their place: of a million decisions, in a second instead of 40 ms. MySQL has an index of each.
 */
async function queryByIndex<Row extends object>(pool: Pool, query: Statement): Promise<Result<Row>> {
  if (pool.engine === "mysql") return pool.query<Row>(query);
  const connection = await pool.connect();
  let isOver = false;
  try {
    await connection.query("begin read only; set local enable_seqscan = off");
    const found = await connection.query<Row>(query);
    await connection.query("commit");
    isOver = true;
    return found;
  } finally {
    connection.release(!isOver);
  }
}
