import type pg from "pg";

import type { Pools } from "../database/pools.ts";
import type { Outcome } from "../transactions/reasons.ts";
import type { StoredDecision } from "./row.ts";
import { STORED_COLUMNS, toStored, type StoredColumns } from "./stored.ts";

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
  /** Newest first. */
  list(filter: DecisionFilter): Promise<FoundDecision[]>;
}

interface Query {
  text: string;
  values: unknown[];
}

type Found = StoredColumns & { transaction: string };
type Recorded = Found & { facts: string | null; engine: string | null };

const FIND = {
  name: "decisions.find",
  text: `select ${STORED_COLUMNS}, transaction::text as transaction from decisions where id = $1`,
};

const FIND_RECORDED = {
  name: "decisions.find-recorded",
  text: `select ${STORED_COLUMNS}, transaction::text as transaction, facts::text as facts, engine
         from decisions where id = $1`,
};

/** Milliseconds that a reader which failed is left alone: else every read would wait for it first. */
const READER_REST = 2000;

export function createDecisionReader(pools: Pools): DecisionReader {
  let readerRestsUntil = 0;

  /** Asks the reader, and the writer where the reader fails or what it says may not be the last word. */
  async function ask<Row extends object>(
    query: Query,
    isFinal: (rows: Row[]) => boolean,
    run: (pool: pg.Pool, query: Query) => Promise<pg.QueryResult<Row>> = (pool) => pool.query<Row>(query),
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

    async list(filter) {
      const run = filter.account === undefined ? undefined : queryByIndex<Found>;
      const rows = await ask<Found>(listQuery(filter), () => true, run);
      return rows.map((row) => ({ ...toStored(row), transaction: row.transaction }));
    },
  };
}

/**
 * PostgreSQL takes the Bloom filters of accounts for no help where accounts come in no order, and would read the whole
 * table in their place: of a million decisions, in a second instead of 40 ms.
 */
async function queryByIndex<Row extends object>(pool: pg.Pool, query: Query): Promise<pg.QueryResult<Row>> {
  const client = await pool.connect();
  let isOver = false;
  try {
    await client.query("begin read only; set local enable_seqscan = off");
    const found = await client.query<Row>(query);
    await client.query("commit");
    isOver = true;
    return found;
  } finally {
    client.release(!isOver);
  }
}

/** The smallest UUIDv7 of a millisecond (RFC 9562, section 5.7). */
export function firstIdOf(milliseconds: number): string {
  const time = Math.max(0, Math.min(milliseconds, 2 ** 48 - 1))
    .toString(16)
    .padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

function listQuery({ outcome, account, from, to, before, limit }: DecisionFilter): Query {
  const values: unknown[] = [];
  const is = (value: unknown) => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (from !== undefined) conditions.push(`id >= ${is(firstIdOf(from))}`);
  if (to !== undefined) conditions.push(`id < ${is(firstIdOf(to))}`);
  if (before !== undefined) conditions.push(`id < ${is(before)}`);
  if (outcome !== undefined) conditions.push(`outcome = ${is(outcome)}`);
  if (account !== undefined) {
    const number = is(account);
    conditions.push(`(debtor_account = ${number} or creditor_account = ${number})`);
  }
  const matching = `select id from decisions where ${conditions.join(" and ") || "true"}`;
  const newest = `order by id desc limit ${is(limit)}`;
  // Newest first by the primary key would read all that is newer than an account's rare payments: those are found
  // first, by their own index, and sorted then.
  const found =
    account === undefined
      ? `(${matching} ${newest})`
      : `(with matching as materialized (${matching}) select id from matching ${newest})`;
  return {
    text: `select ${STORED_COLUMNS}, transaction::text as transaction
           from decisions join ${found} as found using (id) order by id desc`,
    values,
  };
}
