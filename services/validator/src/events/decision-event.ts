import type { Outcome, Reason } from "../transactions/reasons.ts";
import { type Event, eventTime, orderKey } from "./event.ts";
import type { Detail } from "./kinds.ts";

/** What a query of decisions selects for `decisionEvent`, with "reasons" as JSON. */
export const DECISION_COLUMNS = `id, outcome, score, reasons, amount, currency, debtor_account, creditor_account,
  rule_set_version, rule_set_hash, received_at, decided_at`;

export interface DecisionColumns {
  readonly id: string;
  readonly outcome: Outcome;
  readonly score: number | null;
  readonly reasons: readonly Reason[];
  readonly amount: string;
  readonly currency: string;
  readonly debtor_account: string | null;
  readonly creditor_account: string | null;
  readonly rule_set_version: number | null;
  readonly rule_set_hash: Buffer | null;
  readonly received_at: Date;
  readonly decided_at: Date;
}

/** The event of a decision: its id is the decision's, for there is one of each. */
export function decisionEvent(row: DecisionColumns): Event {
  const { id, rule_set_version: version, rule_set_hash: hash } = row;
  const detail: Detail<"transaction.decided"> = {
    transaction: id,
    outcome: row.outcome,
    score: row.score,
    reasons: row.reasons.map(({ code }) => code),
    ruleSet: version === null || hash === null ? null : { version, hash: hash.toString("hex") },
    instructedAmount: { value: row.amount, currency: row.currency },
    debtorAccount: maskAccount(row.debtor_account),
    creditorAccount: maskAccount(row.creditor_account),
    receivedAt: row.received_at.toISOString(),
    decidedAt: row.decided_at.toISOString(),
  };
  const resource = `transactions/${id}`;
  return {
    id,
    kind: "transaction.decided",
    key: orderKey(row.debtor_account, resource),
    time: eventTime(row.decided_at),
    resources: [resource],
    detail,
  };
}

/** Its first and last four characters: tells accounts of one customer apart, and pays nobody. */
export function maskAccount(account: string | null): string | null {
  if (account === null) return null;
  if (account.length < 12) return `…${account.length < 3 ? "" : account.slice(-2)}`;
  return `${account.slice(0, 4)}…${account.slice(-4)}`;
}
