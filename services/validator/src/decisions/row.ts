import { hash } from "node:crypto";

import type { SpanContext } from "@opentelemetry/api";

import type { Outcome } from "../transactions/reasons.ts";

/** The version of a rule set that decided. */
export interface RuleSetName {
  version: number;
  /** SHA-256 of its canonical JSON, in hexadecimal. */
  hash: string;
}

/**
 * A decision as it is written. Times are milliseconds since 1970, hashes are hexadecimal. What is JSON is text from
 * here on: it is stored, hashed and answered byte for byte as it was made.
 */
export interface DecisionRow {
  id: string;
  idempotencyKey: string | null;
  /** SHA-256 of `transaction`. */
  fingerprint: string;
  /** Canonical JSON. */
  transaction: string;
  amount: bigint;
  currency: string;
  debtorAccount: string | null;
  creditorAccount: string | null;
  outcome: Outcome;
  score: number;
  /** JSON: of the checks, then of the rules. */
  reasons: string;
  ruleSet: RuleSetName;
  /** JSON: results of the rules that had one. */
  results: string;
  /** JSON: all that the checks and the rules were told beside the transaction. */
  facts: string;
  receivedAt: number;
  decidedAt: number;
  /** Whether the windows have it. */
  observed: boolean;
  /** The request's span, where it is recorded; not stored. */
  trace?: SpanContext | undefined;
}

/** The part of a decision that answers a request; decisions older than rule sets have none. */
export interface StoredDecision extends Pick<
  DecisionRow,
  "id" | "fingerprint" | "outcome" | "reasons" | "results" | "receivedAt" | "decidedAt"
> {
  score: number | null;
  ruleSet: RuleSetName | null;
}

/** Who writes: stored with each decision. */
export interface Writer {
  zone: string;
  replica: string;
  /** Version of this service. */
  engine: string;
}

/** What a row hash is taken of; every name is one of the table's columns. */
export interface HashedColumns {
  id: string;
  idempotency_key: string | null;
  fingerprint: string;
  amount: string;
  currency: string;
  debtor_account: string | null;
  creditor_account: string | null;
  outcome: string;
  score: string;
  reasons: string;
  rule_set_version: string;
  rule_set_hash: string;
  rule_results: string;
  facts: string;
  /** Microseconds since 1970. */
  received_at: string;
  decided_at: string;
  zone: string;
  replica: string;
  engine: string;
}

/** In this order; what is not here, the row hash does not cover. */
const HASHED: readonly (keyof HashedColumns)[] = [
  "id",
  "idempotency_key",
  "fingerprint",
  "amount",
  "currency",
  "debtor_account",
  "creditor_account",
  "outcome",
  "score",
  "reasons",
  "rule_set_version",
  "rule_set_hash",
  "rule_results",
  "facts",
  "received_at",
  "decided_at",
  "zone",
  "replica",
  "engine",
];

/**
 * SHA-256 of the columns' text, in hexadecimal. Each value follows a U+0000, which no text in PostgreSQL contains, and
 * an "=" that null does not have: so no two rows have one form. The transaction is in it by its fingerprint.
 */
export function hashColumns(row: HashedColumns): string {
  let form = "decision 1";
  for (const column of HASHED) form += row[column] === null ? "\0" : `\0=${row[column]}`;
  return hash("sha256", form);
}

/** The row hash of a decision that `writer` is about to write. */
export function hashRow(row: DecisionRow, { zone, replica, engine }: Writer): string {
  return hashColumns({
    id: row.id,
    idempotency_key: row.idempotencyKey,
    fingerprint: row.fingerprint,
    amount: row.amount.toString(),
    currency: row.currency,
    debtor_account: row.debtorAccount,
    creditor_account: row.creditorAccount,
    outcome: row.outcome,
    score: row.score.toString(),
    reasons: row.reasons,
    rule_set_version: row.ruleSet.version.toString(),
    rule_set_hash: row.ruleSet.hash,
    rule_results: row.results,
    facts: row.facts,
    received_at: `${row.receivedAt}000`,
    decided_at: `${row.decidedAt}000`,
    zone,
    replica,
    engine,
  });
}

/** The answer to a request, as JSON. */
export function answerOf(stored: StoredDecision): string {
  return `{${answerMembers(stored)}}`;
}

/** The answer with the transaction that it is about. */
export function answerWith(stored: StoredDecision, transaction: string): string {
  return `{${answerMembers(stored)},"transaction":${transaction}}`;
}

function answerMembers({ id, outcome, score, reasons, ruleSet, results, ...times }: StoredDecision): string {
  const by = ruleSet === null ? "null" : `{"version":${ruleSet.version},"hash":"${ruleSet.hash}"}`;
  const receivedAt = dateTime(times.receivedAt);
  const decidedAt = dateTime(times.decidedAt);
  return `"id":"${id}","outcome":"${outcome}","score":${score},"reasons":${reasons},"ruleSet":${by},"results":${results},"receivedAt":"${receivedAt}","decidedAt":"${decidedAt}"`;
}

let second = Number.NaN;
let secondText = "";

/** RFC 3339 date-time. Nearly all are of the second before: its text is made once. */
function dateTime(milliseconds: number): string {
  const whole = Math.floor(milliseconds / 1000);
  if (whole !== second) {
    second = whole;
    secondText = new Date(whole * 1000).toISOString().slice(0, -4);
  }
  return `${secondText}${String(milliseconds - whole * 1000).padStart(3, "0")}Z`;
}
