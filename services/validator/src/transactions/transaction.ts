import { isIP } from "node:net";

import { readMinorUnits } from "./checks/minor-units.ts";
import { parseDateTime } from "./checks/date-time.ts";
import { refusal, type Reason } from "./reasons.ts";
import { AMOUNT_POINTER, type TransactionBody } from "./schema.ts";

export interface Party {
  name: string;
  account: { iban: string | undefined; other: string | undefined };
  bic: string | undefined;
  country: string;
}

interface Card {
  panFingerprint: string;
  bin: string;
  mcc: string;
  merchantCountry: string;
}

/** A payment transaction with its values read; every check takes this. */
export interface Transaction {
  messageId: string;
  endToEndId: string;
  creationDateTime: string;
  /** creationDateTime in milliseconds since 1970. */
  createdAt: number;
  /** Whole minor units of the currency, 1 to 10^18 - 1. */
  amount: bigint;
  currency: string;
  debtor: Party;
  creditor: Party;
  channel: string | undefined;
  ip: string | undefined;
  device: string | undefined;
  card: Card | undefined;
}

/** Reads what a JSON schema cannot express. `body` has passed the schema. */
export function readTransaction(body: TransactionBody): Transaction | Reason[] {
  const reasons: Reason[] = [];

  const amount = readMinorUnits(body.instructedAmount.value);
  if (typeof amount === "string") reasons.push(refusal(amount, AMOUNT_POINTER));
  const createdAt = parseDateTime(body.creationDateTime);
  if (createdAt === undefined) reasons.push(refusal("date_time_invalid", "/creationDateTime"));
  if (body.ip !== undefined && isIP(body.ip) === 0) reasons.push(refusal("ip_invalid", "/ip"));
  if (body.card !== undefined && /^\d{12,19}$/.test(body.card.panFingerprint)) {
    reasons.push(refusal("card_number_in_clear", "/card/panFingerprint"));
  }
  if (typeof amount === "string" || createdAt === undefined || reasons.length > 0) return reasons;

  return {
    messageId: body.messageId,
    endToEndId: body.endToEndId,
    creationDateTime: body.creationDateTime,
    createdAt,
    amount,
    currency: body.instructedAmount.currency,
    debtor: readParty(body.debtor),
    creditor: readParty(body.creditor),
    channel: body.channel,
    ip: body.ip,
    device: body.device,
    card: body.card,
  };
}

function readParty(party: TransactionBody["debtor"]): Party {
  return {
    name: party.name,
    account: { iban: party.account.iban, other: party.account.other },
    bic: party.agent?.bic,
    country: party.country,
  };
}

/**
 * The one spelling of a transaction: fixed order of fields, no white space, the amount as digits.
 * This is what is stored, and what an idempotency key's fingerprint is taken of, so the stored row
 * proves its own fingerprint.
 */
export function canonicalJson(transaction: Transaction): string {
  const { card } = transaction;
  // JSON.stringify leaves out what is undefined.
  return JSON.stringify({
    messageId: transaction.messageId,
    endToEndId: transaction.endToEndId,
    creationDateTime: transaction.creationDateTime,
    instructedAmount: { value: transaction.amount.toString(), currency: transaction.currency },
    debtor: canonicalParty(transaction.debtor),
    creditor: canonicalParty(transaction.creditor),
    channel: transaction.channel,
    ip: transaction.ip,
    device: transaction.device,
    card: card && {
      panFingerprint: card.panFingerprint,
      bin: card.bin,
      mcc: card.mcc,
      merchantCountry: card.merchantCountry,
    },
  });
}

function canonicalParty(party: Party) {
  return {
    name: party.name,
    account: party.account,
    agent: party.bic === undefined ? undefined : { bic: party.bic },
    country: party.country,
  };
}
