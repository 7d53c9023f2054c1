// Backtests as PostgreSQL keeps them: what was asked for, who runs it, and how far it has come.
import type pg from "pg";

import type { RuleSetDocument } from "../rules/document.ts";
import type { AccumulationState } from "./accumulation.ts";

export const BACKTEST_STATES = ["queued", "running", "done", "failed", "cancelled"] as const;
export type BacktestState = (typeof BACKTEST_STATES)[number];

/** A backtest without what it has found. */
export interface Backtest {
  readonly id: string;
  readonly state: BacktestState;
  readonly version: number;
  readonly hash: string;
  readonly from: Date;
  readonly to: Date;
  /** Share of the transactions that are evaluated. */
  readonly sample: number;
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** Transactions of the time, as they were counted at the start; null before that. */
  readonly total: number | null;
  readonly done: number;
  /** Transactions a second since it was last taken up; null where nothing is known yet. */
  readonly rate: number | null;
  readonly failureCode: string | null;
  readonly failure: string | null;
}

type Client = pg.Pool | pg.ClientBase;

const BACKTEST = `id, state, rule_set_version as version, rule_set_hash as hash, starts_at as "from", ends_at as "to", sample,
  requested_by as "requestedBy", requested_at as "requestedAt", started_at as "startedAt", ended_at as "endedAt",
  total::float8 as total, done::float8 as done, failure_code as "failureCode", failure,
  (done - claimed_done) / nullif(extract(epoch from progressed_at - claimed_at), 0)::float8 as rate`;

export interface NewBacktest extends Pick<
  Backtest,
  "id" | "version" | "hash" | "from" | "to" | "sample" | "requestedBy"
> {
  readonly document: RuleSetDocument;
  readonly at: Date;
}

export async function insertBacktest(client: Client, backtest: NewBacktest): Promise<Backtest> {
  const { id, version, hash, document, from, to, sample, requestedBy, at } = backtest;
  const { rows } = await client.query<Backtest>(
    `insert into backtests (id, state, rule_set_version, rule_set_hash, document, starts_at, ends_at, sample, requested_by,
       requested_at)
     values ($1, 'queued', $2, $3, $4, $5, $6, $7, $8, $9) returning ${BACKTEST}`,
    [id, version, hash, JSON.stringify(document), from, to, sample, requestedBy, at],
  );
  return rows[0] as Backtest;
}

export async function countOpen(client: Client): Promise<number> {
  const text = "select count(*)::integer as count from backtests where state in ('queued', 'running')";
  return (await client.query<{ count: number }>(text)).rows[0]?.count ?? 0;
}

export async function findBacktest(client: Client, id: string): Promise<Backtest | undefined> {
  const text = `select ${BACKTEST} from backtests where id = $1`;
  return (await client.query<Backtest>({ name: "backtests.find", text, values: [id] })).rows[0];
}

/** With what it has found so far, and by what it was found. */
export interface FoundBacktest extends Backtest {
  readonly document: RuleSetDocument;
  readonly accumulated: AccumulationState | null;
}

export async function findWithFindings(client: Client, id: string): Promise<FoundBacktest | undefined> {
  const text = `select ${BACKTEST}, document, accumulated from backtests where id = $1`;
  return (await client.query<FoundBacktest>({ name: "backtests.findings", text, values: [id] })).rows[0];
}

/** Newest first, before id `after`. */
export async function listBacktests(
  client: Client,
  { state, after, limit }: { state: BacktestState | undefined; after: string | undefined; limit: number },
): Promise<Backtest[]> {
  const { rows } = await client.query<Backtest>(
    `select ${BACKTEST} from backtests
     where ($1::text is null or state = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [state, after, limit],
  );
  return rows;
}

/** Ends a backtest that is queued or runs; undefined where it has ended already. */
export async function cancelBacktest(client: Client, id: string): Promise<Backtest | undefined> {
  const { rows } = await client.query<Backtest>(
    `update backtests set state = 'cancelled', ended_at = now(), owner = null, lease_until = null
     where id = $1 and state in ('queued', 'running') returning ${BACKTEST}`,
    [id],
  );
  return rows[0];
}
