import { hash, randomUUIDv7 } from "node:crypto";

import type { DecisionRow } from "../src/decisions/row.ts";

/** A decision as the writer takes it, about nothing in particular. */
export function decisionRow(
  idempotencyKey: string | null = null,
  { transaction = "{}", ...changes }: Partial<DecisionRow> = {},
): DecisionRow {
  return {
    id: randomUUIDv7(),
    idempotencyKey,
    fingerprint: hash("sha256", transaction),
    transaction,
    amount: 1n,
    currency: "EUR",
    debtorAccount: "DE89370400440532013000",
    creditorAccount: null,
    outcome: "approve",
    score: 0,
    reasons: "[]",
    ruleSet: { version: 1, hash: "0".repeat(64) },
    results: "[]",
    facts: "{}",
    receivedAt: 1,
    decidedAt: 2,
    observed: true,
    ...changes,
  };
}
