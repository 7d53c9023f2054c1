// Backtests as the database keeps them: what was asked for, who runs it, and how far it has come.
import { type Dialect, inBoth } from "../database/dialect.ts";
import type { Session } from "../database/session.ts";
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

const COLUMNS = ({
  secondsBetween,
}: Dialect) => `id, state, rule_set_version as version, rule_set_hash as hash,
  starts_at as "from", ends_at as "to", sample,
  requested_by as "requestedBy", requested_at as "requestedAt", started_at as "startedAt", ended_at as "endedAt",
  total, done, failure_code as "failureCode", failure,
  (done - claimed_done) / nullif(${secondsBetween("claimed_at", "progressed_at")}, 0) as rate`;

const NUMBERS = ["total", "done", "rate"];

/** A statement that reads backtests. */
const select = (rest: string, more = "") => ({
  text: inBoth((say) => `select ${COLUMNS(say)} ${more} from backtests ${rest}`),
  numbers: NUMBERS,
});

export interface NewBacktest extends Pick<
  Backtest,
  "id" | "version" | "hash" | "from" | "to" | "sample" | "requestedBy"
> {
  readonly document: RuleSetDocument;
  readonly at: Date;
}

export async function insertBacktest(client: Session, backtest: NewBacktest): Promise<Backtest> {
  const { id, version, hash, document, from, to, sample, requestedBy, at } = backtest;
  await client.query(
    `insert into backtests (id, state, rule_set_version, rule_set_hash, document, starts_at, ends_at, sample, requested_by,
       requested_at)
     values ($1, 'queued', $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, version, hash, JSON.stringify(document), from, to, sample, requestedBy, at],
  );
  return (await findBacktest(client, id)) as Backtest;
}

export async function countOpen(client: Session): Promise<number> {
  const text = "select count(*) as count from backtests where state in ('queued', 'running')";
  return (await client.query<{ count: number }>({ text, numbers: ["count"] })).rows[0]?.count ?? 0;
}

const FIND = select("where id = $1");

export async function findBacktest(client: Session, id: string): Promise<Backtest | undefined> {
  return (await client.query<Backtest>({ name: "backtests.find", ...FIND, values: [id] })).rows[0];
}

/** With what it has found so far, and by what it was found. */
export interface FoundBacktest extends Backtest {
  readonly document: RuleSetDocument;
  readonly accumulated: AccumulationState | null;
}

const FINDINGS = { ...select("where id = $1", ", document, accumulated"), json: ["document", "accumulated"] };

export async function findWithFindings(client: Session, id: string): Promise<FoundBacktest | undefined> {
  return (await client.query<FoundBacktest>({ name: "backtests.findings", ...FINDINGS, values: [id] }))
    .rows[0];
}

const LIST = select(
  "where ($1::text is null or state = $1) and ($2::uuid is null or id < $2) order by id desc limit $3",
);

/** Newest first, before id `after`. */
export async function listBacktests(
  client: Session,
  { state, after, limit }: { state: BacktestState | undefined; after: string | undefined; limit: number },
): Promise<Backtest[]> {
  return (await client.query<Backtest>({ ...LIST, values: [state, after, limit] })).rows;
}

/** Ends a backtest that is queued or runs; undefined where it has ended already. */
export async function cancelBacktest(client: Session, id: string): Promise<Backtest | undefined> {
  const { rowCount } = await client.query(
    `update backtests set state = 'cancelled', ended_at = current_timestamp(6), owner = null, lease_until = null
     where id = $1 and state in ('queued', 'running')`,
    [id],
  );
  return rowCount === 1 ? findBacktest(client, id) : undefined;
}
