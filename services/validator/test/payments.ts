import { example, type TransactionBody } from "../src/transactions/schema.ts";

/** A time that the tests' transactions are created and received at, where the clock is theirs. */
export const NOON = Date.parse("2026-02-01T12:00:00Z");

/** A sound transaction, approved when it is received at `createdAt`; `changes` replace whole fields. */
export function payment(changes: Partial<TransactionBody> = {}, createdAt = NOON): TransactionBody {
  return { ...structuredClone(example), creationDateTime: new Date(createdAt).toISOString(), ...changes };
}
