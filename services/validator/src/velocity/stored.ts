import type { TransactionBody } from "../transactions/schema.ts";
import { fieldReader } from "../rules/language/fields.ts";
import { readTransaction } from "../transactions/transaction.ts";
import type { Observation } from "./aggregate.ts";
import { memberOf } from "./member.ts";

/** The columns of a decision that make it an observation. */
export const OBSERVED_COLUMNS = "id, idempotency_key, received_at, amount, currency, transaction";

export interface ObservedRow {
  id: string;
  idempotency_key: string | null;
  received_at: Date;
  amount: string;
  currency: string;
  transaction: TransactionBody;
}

/** The observation that was made, or should have been made, when the decision was. */
export function observationOfRow(row: ObservedRow): Observation {
  const transaction = readTransaction(row.transaction);
  return {
    member: memberOf(row.id, row.idempotency_key),
    at: row.received_at.getTime(),
    amount: BigInt(row.amount),
    currency: row.currency,
    // What was stored was a transaction; were it none by now, it would have no fields.
    field: (path) => (Array.isArray(transaction) ? undefined : fieldReader(path)?.(transaction)),
  };
}
