// Stored decisions as a backtest reads them: in the order of their ids, which is that of time, page by page.
import { inBoth } from "../database/dialect.ts";
import type { Statement, Texts } from "../database/session.ts";
import { firstIdOf } from "../decisions/ids.ts";
import type { RuleSetName } from "../decisions/row.ts";
import type { Outcome } from "../transactions/reasons.ts";

/** Asks the database; see `source.ts`. */
export type Ask = <Row extends object>(statement: Statement) => Promise<Row[]>;

/** A decision; what is not asked for is null. */
export interface PastDecision {
  readonly id: string;
  readonly idempotencyKey: string | null;
  readonly receivedAt: Date;
  /** Decimal text of minor units. */
  readonly amount: string;
  readonly currency: string;
  readonly outcome: Outcome;
  readonly score: number | null;
  /** Null in decisions older than rule sets. */
  readonly version: number | null;
  readonly hash: string | null;
  /** Whether it is to be evaluated. */
  readonly isSampled: boolean;
  /** Texts of JSON. */
  readonly transaction: string | null;
  readonly results: string | null;
  readonly facts: string | null;
}

export function decidingVersion({ version, hash }: PastDecision): RuleSetName | undefined {
  return version === null || hash === null ? undefined : { version, hash };
}

/** Larger than any id of the milliseconds before, smaller than any of this one or later, and itself no id. */
export function boundaryOf(milliseconds: number): string {
  return `${firstIdOf(milliseconds - 1).slice(0, 14)}ffff-ffff-ffffffffffff`;
}

export interface PageRequest {
  /** Ids after this one, up to and with that one. */
  readonly after: string;
  readonly through: string;
  readonly limit: number;
  /** Share of the decisions that are to be evaluated: those whose last digits, which are random, are the smallest. */
  readonly sample: number;
  /** Whether the transactions of the others are needed too. */
  readonly withAllTransactions: boolean;
}

const PAGE = {
  name: "backtests.page",
  text: {
    postgresql: page("('x' || right(id::text, 8))::bit(32)::bigint < $4::float8").postgresql,
    mysql: page("cast(conv(right(id, 8), 16, 10) as unsigned) < $4").mysql,
  },
};

function page(sampled: string): Texts {
  return inBoth(
    ({ hex, text }) => `select id, idempotency_key as "idempotencyKey", received_at as "receivedAt",
        ${text("amount")} as amount, currency, outcome, score, rule_set_version as version,
        ${hex("rule_set_hash")} as hash, sampled as "isSampled",
        case when sampled or $5 then ${text("transaction")} end as transaction,
        case when sampled then ${text("rule_results")} end as results,
        case when sampled then ${text("facts")} end as facts
      from (
        select *, ${sampled} as sampled from decisions where id > $1 and id <= $2 order by id limit $3
      ) as page
      order by id`,
  );
}

/** All decisions of a stretch of ids, a page at a time; no page is empty. */
export async function* readPages(ask: Ask, request: PageRequest): AsyncGenerator<PastDecision[]> {
  const { through, limit, sample, withAllTransactions } = request;
  let { after } = request;
  for (;;) {
    const values = [after, through, limit, sample * 2 ** 32, withAllTransactions];
    const rows = await ask<PastDecision>({ ...PAGE, values });
    const last = rows.at(-1);
    // MySQL says 1 and 0.
    if (last !== undefined) yield rows.map((row) => ({ ...row, isSampled: Boolean(row.isSampled) }));
    if (last === undefined || rows.length < limit) return;
    after = last.id;
  }
}

export async function countDecisions(ask: Ask, from: Date, to: Date): Promise<number> {
  const [counted] = await ask<{ count: number }>({
    name: "backtests.count",
    text: "select count(*) as count from decisions where id > $1 and id < $2",
    values: [boundaryOf(from.getTime()), boundaryOf(to.getTime())],
    numbers: ["count"],
  });
  return counted?.count ?? 0;
}
