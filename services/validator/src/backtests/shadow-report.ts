// What a shadow would have decided, compared with what was decided.
import { inBoth } from "../database/dialect.ts";
import type { StoredVersion } from "../rule-sets/repository.ts";
import type { Outcome } from "../transactions/reasons.ts";
import { setImmediate as turn } from "node:timers/promises";

import { Accumulation } from "./accumulation.ts";
import type { Comparison } from "./comparison.ts";
import { boundaryOf, type Ask } from "./past-decisions.ts";
import type { Report } from "./report-schema.ts";
import { reportOf } from "./report.ts";

interface Row {
  id: string;
  /** Whether this very document was evaluated; 1 or 0 from MySQL. */
  isSame: boolean | number;
  amount: string;
  currency: string;
  decidedBy: number | null;
  was: Outcome;
  score: number | null;
  results: Comparison["was"]["results"] | null;
  wouldBe: Outcome;
  shadowScore: number;
  shadowResults: Comparison["was"]["results"];
}

const PAGE = {
  name: "backtests.shadow-page",
  text: inBoth(
    ({
      text,
    }) => `select decision_id as id, shadow.rule_set_hash = $2 as "isSame", ${text("amount")} as amount, currency,
           decision.rule_set_version as "decidedBy", decided_outcome as was, decision.score, decision.rule_results as results,
           shadow.outcome as "wouldBe", shadow.score as "shadowScore", shadow.rule_results as "shadowResults"
         from shadow_decisions as shadow join decisions as decision on decision.id = decision_id
         where shadow.rule_set_version = $1 and decision_id > $3 and decision_id < $4
         order by decision_id limit $5`,
  ),
  json: ["results", "shadowResults"],
};

const COUNT = {
  name: "backtests.shadow-count",
  text: `select count(*) as count from (
           select 1 from shadow_decisions where rule_set_version = $1 and decision_id > $2 and decision_id < $3 limit $4
         ) as found`,
  numbers: ["count"],
};

/** Rows that are compared in one turn of the event loop: decisions come in between. */
const ROWS = 100;

/** Transactions of one report: it is made while somebody waits for it, a few seconds at most. */
export const MOST_SHADOWED = 100_000;

export interface ShadowRange {
  readonly version: number;
  readonly from: Date;
  readonly to: Date;
}

/** How many decisions of a shadow lie in a time; one more than may be where there are more. */
export async function countShadowed(ask: Ask, { version, from, to }: ShadowRange): Promise<number> {
  const values = [version, boundaryOf(from.getTime()), boundaryOf(to.getTime()), MOST_SHADOWED + 1];
  const [counted] = await ask<{ count: number }>({ ...COUNT, values });
  return counted?.count ?? 0;
}

export async function shadowReport(
  ask: Ask,
  stored: StoredVersion,
  { from, to }: Omit<ShadowRange, "version">,
): Promise<Report> {
  const { version, hash, document } = stored;
  const accumulation = new Accumulation();
  const through = boundaryOf(to.getTime());
  let after = boundaryOf(from.getTime());
  for (;;) {
    const rows = await ask<Row>({
      ...PAGE,
      values: [version, Buffer.from(hash, "hex"), after, through, ROWS],
    });
    for (const row of rows) {
      if (row.isSame) accumulation.add(comparisonOf(row));
      else accumulation.leaveOut(row.id, "other_document");
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS) break;
    after = last.id;
    await turn();
  }
  return reportOf({ version, hash, document, from, to, sample: 1 }, accumulation.toJSON());
}

function comparisonOf(row: Row): Comparison {
  return {
    id: row.id,
    amount: BigInt(row.amount),
    currency: row.currency,
    decidedBy: row.decidedBy ?? 0,
    was: { outcome: row.was, score: row.score ?? 0, results: row.results ?? [] },
    wouldBe: { outcome: row.wouldBe, score: row.shadowScore, results: row.shadowResults },
  };
}
