import type { Dialect } from "../database/dialect.ts";
import type { Outcome } from "../transactions/reasons.ts";
import type { StoredDecision } from "./row.ts";

/** What a query of decisions selects for `toStored`; JSON stays the text that was stored. */
export const storedColumns = ({ hex, text }: Dialect) =>
  `id, ${hex("fingerprint")} as fingerprint, outcome, score, ${text("reasons")} as reasons,
  rule_set_version, ${hex("rule_set_hash")} as rule_set_hash, ${text("rule_results")} as rule_results,
  received_at, decided_at`;

export interface StoredColumns {
  id: string;
  fingerprint: string;
  outcome: Outcome;
  score: number | null;
  reasons: string;
  rule_set_version: number | null;
  rule_set_hash: string | null;
  rule_results: string | null;
  received_at: Date;
  decided_at: Date;
}

export function toStored(row: StoredColumns): StoredDecision {
  const { rule_set_version: version, rule_set_hash: hash } = row;
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    outcome: row.outcome,
    score: row.score,
    reasons: row.reasons,
    ruleSet: version === null || hash === null ? null : { version, hash },
    results: row.rule_results ?? "[]",
    receivedAt: row.received_at.getTime(),
    decidedAt: row.decided_at.getTime(),
  };
}
