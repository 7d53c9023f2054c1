import type pg from "pg";

import { sqlState } from "../database/errors.ts";
import type { Pools } from "../database/pools.ts";
import type { Outcome, Reason } from "./reasons.ts";

/** A decision as it is written. Times are milliseconds since 1970. */
export interface DecisionRow {
  id: string;
  idempotencyKey: string | null;
  /** SHA-256 of `transaction`. */
  fingerprint: Buffer;
  /** Canonical JSON. */
  transaction: string;
  amount: bigint;
  currency: string;
  outcome: Outcome;
  reasons: Reason[];
  receivedAt: number;
  decidedAt: number;
}

/** The part of a decision that answers a request. */
export type StoredDecision = Pick<
  DecisionRow,
  "id" | "fingerprint" | "outcome" | "reasons" | "receivedAt" | "decidedAt"
>;

export interface Repository {
  /**
   * Writes rows durably. For each, what the database now holds: itself, or the decision that had
   * its idempotency key before. May be repeated with the same rows after any failure.
   */
  write(rows: readonly DecisionRow[]): Promise<StoredDecision[]>;
  find(id: string): Promise<(StoredDecision & { transaction: unknown }) | undefined>;
}

const INSERT = {
  name: "decisions.insert",
  text: `insert into decisions (id, idempotency_key, fingerprint, transaction, amount, currency,
           outcome, reasons, received_at, decided_at, zone, replica)
         select row.*, $11::text, $12::text
         from unnest($1::uuid[], $2::text[], $3::bytea[], $4::json[], $5::bigint[], $6::text[],
           $7::text[], $8::json[], $9::timestamptz[], $10::timestamptz[]) as row
         on conflict do nothing`,
};

// A row can be visible here and yet not be on the synchronous standby: its commit was cut off while it waited
// for the standby. The logical message is a write of no consequence: it makes the commit of this read wait for
// the standby, and with it for everything older that the read has seen. Only then may the rows be acknowledged.
const READ_BACK = {
  name: "decisions.read-back",
  text: `with mark as materialized (select pg_logical_emit_message(true, 'validator', 'read-back'))
         select id, idempotency_key, fingerprint, outcome, reasons, received_at, decided_at
         from mark, decisions
         where id = any($1::uuid[]) or idempotency_key = any($2::text[])`,
};

const FIND = {
  name: "decisions.find",
  text: `select id, fingerprint, outcome, reasons, received_at, decided_at, transaction
         from decisions where id = $1`,
};

/** Milliseconds that a reader which failed is left alone: else every read would wait for it first. */
const READER_REST = 2000;

interface Found {
  id: string;
  idempotency_key: string | null;
  fingerprint: Buffer;
  outcome: Outcome;
  reasons: Reason[];
  received_at: Date;
  decided_at: Date;
  transaction: unknown;
}

export function createRepository(pools: Pools, identity: { zone: string; replica: string }): Repository {
  let readerRestsUntil = 0;

  return {
    async write(rows) {
      const sorted = rows.toSorted(byKeyThenId);
      return withClient(pools, async (client) => {
        // A warning means that the commit did not wait for the standby.
        const insertWarned = hearWarnings(client);
        const { rowCount } = await client.query({
          ...INSERT,
          values: [...columns(sorted), identity.zone, identity.replica],
        });
        // The common case: all rows are new.
        if (rowCount === rows.length && !insertWarned()) return rows.slice();
        const readBackWarned = hearWarnings(client);
        const held = await readBack(client, rows);
        if (readBackWarned()) throw new Error("a commit was cut off before the standby had it");
        return held;
      });
    },

    async find(id) {
      const query = { ...FIND, values: [id] };
      if (performance.now() >= readerRestsUntil) {
        // The reader may be away, or behind: the writer has the last word on what exists.
        const found = await pools.reader.query<Found>(query).catch(() => {
          readerRestsUntil = performance.now() + READER_REST;
        });
        const row = found?.rows[0];
        if (row !== undefined) return { ...toDecision(row), transaction: row.transaction };
        if (found !== undefined && !pools.readerMayLag) return undefined;
      }
      const row = (await pools.lookup.query<Found>(query)).rows[0];
      return row && { ...toDecision(row), transaction: row.transaction };
    },
  };
}

async function readBack(client: pg.PoolClient, rows: readonly DecisionRow[]): Promise<StoredDecision[]> {
  const keys = rows.flatMap(({ idempotencyKey }) => idempotencyKey ?? []);
  const found = await client.query<Found>({ ...READ_BACK, values: [rows.map(({ id }) => id), keys] });
  const byId = new Map(found.rows.map((row) => [row.id, row]));
  const byKey = new Map(found.rows.map((row) => [row.idempotency_key, row]));
  return rows.map((row) => {
    const held =
      byId.get(row.id) ?? (row.idempotencyKey === null ? undefined : byKey.get(row.idempotencyKey));
    if (held === undefined) throw new Error(`decision ${row.id} is neither stored nor in conflict`);
    return toDecision(held);
  });
}

/**
 * One order for every batch of every replica: two batches that share keys wait for each other
 * instead of deadlocking. Columns go in this order; answers go back in the caller's.
 */
function byKeyThenId(a: DecisionRow, b: DecisionRow): number {
  if (a.idempotencyKey !== b.idempotencyKey) {
    if (a.idempotencyKey === null) return 1;
    if (b.idempotencyKey === null) return -1;
    return a.idempotencyKey < b.idempotencyKey ? -1 : 1;
  }
  return a.id < b.id ? -1 : 1;
}

function columns(rows: readonly DecisionRow[]): unknown[][] {
  const ids = [];
  const keys = [];
  const fingerprints = [];
  const transactions = [];
  const amounts = [];
  const currencies = [];
  const outcomes = [];
  const reasons = [];
  const received = [];
  const decided = [];
  for (const row of rows) {
    ids.push(row.id);
    keys.push(row.idempotencyKey);
    fingerprints.push(row.fingerprint);
    transactions.push(row.transaction);
    amounts.push(row.amount.toString());
    currencies.push(row.currency);
    outcomes.push(row.outcome);
    reasons.push(row.reasons.length === 0 ? "[]" : JSON.stringify(row.reasons));
    received.push(new Date(row.receivedAt).toISOString());
    decided.push(new Date(row.decidedAt).toISOString());
  }
  return [ids, keys, fingerprints, transactions, amounts, currencies, outcomes, reasons, received, decided];
}

function toDecision(row: Found): StoredDecision {
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    outcome: row.outcome,
    reasons: row.reasons,
    receivedAt: row.received_at.getTime(),
    decidedAt: row.decided_at.getTime(),
  };
}

/** Borrows a connection to write by; one that failed in any way is not given back but replaced. */
async function withClient<T>(pools: Pools, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pools.writer.connect();
  try {
    const result = await use(client);
    client.release();
    return result;
  } catch (error) {
    client.release(true);
    if (sqlState(error) === undefined) void releaseBackend(pools.lookup, client);
    throw error;
  }
}

// A commit that waits for the synchronous standby heeds neither statement_timeout nor the loss of its client. Left
// alone, every repetition while the standby is away would leave one more such connection, until none is to be had.
const RELEASE = {
  name: "connections.release",
  text: `select pg_cancel_backend(pid) from pg_stat_activity
         where pid = $1 and wait_event = 'SyncRep' and application_name = current_setting('application_name')`,
};

async function releaseBackend(lookup: pg.Pool, client: pg.PoolClient): Promise<void> {
  const { processID } = client as unknown as { processID: number | null };
  // Where the database is away there is nothing to release.
  await lookup.query({ ...RELEASE, values: [processID] }).catch(() => {});
}

const warnings = new WeakMap<pg.PoolClient, { count: number }>();

/** Counts the server's warnings on a connection from its first use on; the result says whether one came since now. */
function hearWarnings(client: pg.PoolClient): () => boolean {
  let heard = warnings.get(client);
  if (heard === undefined) {
    const counter = { count: 0 };
    heard = counter;
    warnings.set(client, counter);
    client.on("notice", ({ code }) => {
      // SQLSTATE class 01 is a warning, in every language of the server.
      if (code?.startsWith("01")) counter.count++;
    });
  }
  const { count } = heard;
  const counter = heard;
  return () => counter.count !== count;
}
