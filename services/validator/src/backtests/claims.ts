// Who runs a backtest. A claim is a lease: it lasts as long as it is renewed, and then anybody may take it over.
import { inBoth } from "../database/dialect.ts";
import type { Pool, Texts } from "../database/session.ts";
import type { AccumulationState } from "./accumulation.ts";
import { inTransaction } from "../database/transaction.ts";
import type { FoundBacktest } from "./repository.ts";

/** A backtest that is this owner's to run, as the last checkpoint left it. */
export interface ClaimedBacktest extends Pick<
  FoundBacktest,
  "id" | "version" | "hash" | "document" | "from" | "to" | "sample" | "total" | "done" | "accumulated"
> {
  readonly owner: string;
  /** Claims since the last progress, this one included. */
  readonly attempts: number;
  /** Rows up to this id are in `accumulated`; null: none. */
  readonly position: string | null;
}

/** Milliseconds without a renewal after which a backtest may be taken over. */
const LEASE = 15_000;

/** Milliseconds after which what was decided before can be read, on the standby too. */
const SETTLE = 10_000;

const FREE = {
  name: "backtests.free",
  text: inBoth(
    ({ after }) => `select id from backtests
      where state in ('queued', 'running') and ends_at <= ${after("current_timestamp(6)", "-$1::integer")}
        and (lease_until is null or lease_until < current_timestamp(6))
      order by requested_at, id limit 1 for update skip locked`,
  ),
};

const CLAIM = {
  name: "backtests.claim",
  text: inBoth(
    ({ after }) => `update backtests
      set state = 'running', owner = $2, lease_until = ${after("current_timestamp(6)", "$3::integer")},
        attempts = attempts + 1, started_at = coalesce(started_at, current_timestamp(6)),
        claimed_at = current_timestamp(6), claimed_done = done, progressed_at = null
      where id = $1`,
  ),
};

const CLAIMED = {
  name: "backtests.claimed",
  text: `select id, owner, attempts, rule_set_version as version, rule_set_hash as hash, document, starts_at as "from",
           ends_at as "to", sample, total, done, position, accumulated
         from backtests where id = $1`,
  numbers: ["total", "done"],
  json: ["document", "accumulated"],
};

/** Takes the oldest backtest that nobody runs; undefined where there is none. */
export async function claimBacktest(pool: Pool, owner: string): Promise<ClaimedBacktest | undefined> {
  return inTransaction(pool, "write", async (session) => {
    const free = await session.query<{ id: string }>({ ...FREE, values: [SETTLE] });
    const id = free.rows[0]?.id;
    if (id === undefined) return undefined;
    await session.query({ ...CLAIM, values: [id, owner, LEASE] });
    return (await session.query<ClaimedBacktest>({ ...CLAIMED, values: [id] })).rows[0];
  });
}

const RENEWED = inBoth(({ after }) => after("current_timestamp(6)", "$3::integer"));

/** An update that keeps the claim for another lease. */
const renewing = (more = ""): Texts => ({
  postgresql: `update backtests set lease_until = ${RENEWED.postgresql}${more} where ${OWNED}`,
  mysql: `update backtests set lease_until = ${RENEWED.mysql}${more} where ${OWNED}`,
});

type Owned = Pick<ClaimedBacktest, "id" | "owner">;

const OWNED = "id = $1 and owner = $2 and state = 'running'";

/** How far a backtest has come. */
export interface Checkpoint {
  readonly done: number;
  readonly position: string;
  readonly accumulated: AccumulationState;
}

/** Keeps the claim for another lease; false where it is no longer the owner's, and nothing was written. */
export async function renewClaim(pool: Pool, { id, owner }: Owned): Promise<boolean> {
  const text = renewing();
  return (await pool.query({ name: "backtests.renew", text, values: [id, owner, LEASE] })).rowCount === 1;
}

/** Stores how many rows there are to be read. */
export async function saveTotal(pool: Pool, { id, owner }: Owned, total: number): Promise<void> {
  await pool.query({
    name: "backtests.total",
    text: `update backtests set total = $3 where ${OWNED}`,
    values: [id, owner, total],
  });
}

/** As `renewClaim`, and stores a checkpoint: position and findings in one step, so that no row counts twice. */
export async function saveCheckpoint(
  pool: Pool,
  { id, owner }: Owned,
  { done, position, accumulated }: Checkpoint,
): Promise<boolean> {
  const text = renewing(
    ", done = $4, position = $5, accumulated = $6, progressed_at = current_timestamp(6), attempts = 0",
  );
  const values = [id, owner, LEASE, done, position, JSON.stringify(accumulated)];
  return (await pool.query({ name: "backtests.checkpoint", text, values })).rowCount === 1;
}

/** Ends a backtest with its findings; false where it is no longer the owner's. */
export async function finishBacktest(
  pool: Pool,
  { id, owner }: Owned,
  { done, accumulated }: Omit<Checkpoint, "position">,
): Promise<boolean> {
  const text = `update backtests
    set state = 'done', total = $3, done = $3, accumulated = $4, ended_at = current_timestamp(6), progressed_at = current_timestamp(6), attempts = 0,
      owner = null, lease_until = null
    where ${OWNED}`;
  const values = [id, owner, done, JSON.stringify(accumulated)];
  return (await pool.query({ name: "backtests.finish", text, values })).rowCount === 1;
}

export async function failBacktest(
  pool: Pool,
  { id, owner }: Owned,
  code: string,
  message: string,
): Promise<void> {
  const text = `update backtests
    set state = 'failed', failure_code = $3, failure = $4, ended_at = current_timestamp(6), owner = null, lease_until = null
    where ${OWNED}`;
  await pool.query({ name: "backtests.fail", text, values: [id, owner, code, message] });
}

/** Lets somebody else go on at once. An attempt that ended by no fault of the backtest does not count. */
export async function releaseClaim(
  pool: Pool,
  { id, owner }: Owned,
  countsAsAttempt: boolean,
): Promise<void> {
  const text = `update backtests set owner = null, lease_until = null, attempts = greatest(attempts - $3::integer, 0) where ${OWNED}`;
  await pool.query({ name: "backtests.release", text, values: [id, owner, countsAsAttempt ? 0 : 1] });
}
