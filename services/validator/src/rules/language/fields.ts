import type { Party, Transaction } from "../../transactions/transaction.ts";

/** Reads a field of a transaction; undefined where the transaction does not have it. */
export type FieldReader = (transaction: Transaction) => string | undefined;

const account = (party: Party) => party.account.iban ?? party.account.other;

/** The transaction's text fields by the name that expressions, window keys and subjects of snoozes use. */
const TEXT_FIELDS: Readonly<Record<string, FieldReader>> = {
  messageId: (t) => t.messageId,
  endToEndId: (t) => t.endToEndId,
  currency: (t) => t.currency,
  channel: (t) => t.channel,
  ip: (t) => t.ip,
  device: (t) => t.device,
  "debtor.name": (t) => t.debtor.name,
  "debtor.account": (t) => account(t.debtor),
  "debtor.bic": (t) => t.debtor.bic,
  "debtor.country": (t) => t.debtor.country,
  "creditor.name": (t) => t.creditor.name,
  "creditor.account": (t) => account(t.creditor),
  "creditor.bic": (t) => t.creditor.bic,
  "creditor.country": (t) => t.creditor.country,
  "card.panFingerprint": (t) => t.card?.panFingerprint,
  "card.bin": (t) => t.card?.bin,
  "card.mcc": (t) => t.card?.mcc,
  "card.merchantCountry": (t) => t.card?.merchantCountry,
};

/** Characters that a text field has at most (`transactions/schema.ts`). */
export const LONGEST_FIELD = 140;

export const TEXT_FIELD_NAMES: readonly string[] = Object.keys(TEXT_FIELDS);

/** Variables that have fields, such as `debtor`. */
export const GROUPS: ReadonlySet<string> = new Set(
  TEXT_FIELD_NAMES.filter((name) => name.includes(".")).map((name) => name.slice(0, name.indexOf("."))),
);

/**
 * The reader of a text field, such as `debtor.account` (the IBAN, else the other number); undefined where there is no
 * such field. What a window counts by, and a snooze is for, is read by this.
 */
export function fieldReader(name: string): FieldReader | undefined {
  return Object.hasOwn(TEXT_FIELDS, name) ? TEXT_FIELDS[name] : undefined;
}
