import { Type, type Static } from "typebox";

import { OUTCOMES } from "./reasons.ts";

/** Text without control characters (PostgreSQL has no U+0000) and without lone surrogates (UTF-8 has none). */
export const TEXT_PATTERN = "^[^\\p{Cc}\\p{Cs}]*$";

const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: TEXT_PATTERN, description });

const country = Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1 alpha-2 code" });

const Account = Type.Object(
  {
    iban: Type.Optional(text(42, "ISO 13616 IBAN in electronic format: capitals and digits, no spaces")),
    other: Type.Optional(text(34, "account number of a country without IBAN")),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    maxProperties: 1,
    description: "exactly one of iban and other",
  },
);

const Party = Type.Object(
  {
    name: text(140, "name of the person or company"),
    account: Account,
    agent: Type.Optional(
      Type.Object({ bic: text(11, "ISO 9362 BIC of the account's bank") }, { additionalProperties: false }),
    ),
    country,
  },
  { additionalProperties: false },
);

const Card = Type.Object(
  {
    panFingerprint: Type.String({
      pattern: "^[A-Za-z0-9+/=_-]{16,128}$",
      description: "keyed hash of the card number, never the number",
    }),
    bin: Type.String({ pattern: "^[0-9]{6,8}$", description: "ISO/IEC 7812 issuer identification number" }),
    mcc: Type.String({ pattern: "^[0-9]{4}$", description: "ISO 18245 merchant category code" }),
    merchantCountry: country,
  },
  { additionalProperties: false },
);

/** Whole minor units: a string of digits, or a JSON integer as long as it is exact. */
const MinorUnits = Type.Unsafe<string | number>({
  type: ["string", "integer"],
  pattern: "^[1-9][0-9]{0,17}$",
  minimum: 1,
  maximum: Number.MAX_SAFE_INTEGER,
  description: "whole minor units (EUR: cents); beyond 2^53 - 1 only as a string",
});

/** Where in the body the amount stands: its value has reasons of its own (`readMinorUnits`). */
export const AMOUNT_POINTER = "/instructedAmount/value";

export const example = {
  messageId: "MSG-2026-000001",
  endToEndId: "INVOICE-4711",
  creationDateTime: "2026-02-01T09:30:00+01:00",
  instructedAmount: { value: "125000", currency: "EUR" },
  debtor: {
    name: "Erika Mustermann",
    account: { iban: "DE89370400440532013000" },
    agent: { bic: "COBADEFFXXX" },
    country: "DE",
  },
  creditor: {
    name: "Société Exemple SA",
    account: { iban: "FR1420041010050500013M02606" },
    agent: { bic: "PSSTFRPPXXX" },
    country: "FR",
  },
  channel: "web",
  ip: "192.0.2.17",
};

export const TransactionBody = Type.Object(
  {
    messageId: text(35, "identifies the message; the sender's choice"),
    endToEndId: text(35, "identifies the payment from debtor to creditor"),
    creationDateTime: Type.String({ maxLength: 64, description: "RFC 3339 date-time with an offset" }),
    instructedAmount: Type.Object(
      { value: MinorUnits, currency: Type.String({ pattern: "^[A-Z]{3}$", description: "ISO 4217 code" }) },
      { additionalProperties: false },
    ),
    debtor: Party,
    creditor: Party,
    channel: Type.Optional(text(35, "where the payment was entered: web, mobile, branch ...")),
    ip: Type.Optional(Type.String({ maxLength: 45, description: "IPv4 or IPv6 address of the payer" })),
    device: Type.Optional(text(128, "identifies the payer's device")),
    card: Type.Optional(Card),
  },
  { additionalProperties: false, description: "a payment transaction", examples: [example] },
);
export type TransactionBody = Static<typeof TransactionBody>;

export const ReasonBody = Type.Object({
  code: Type.String({ description: "stable; meant for programs" }),
  message: Type.String({ description: "continues the sentence that the field begins; meant for people" }),
  pointer: Type.String({ description: "RFC 6901 JSON pointer to the field of the request body" }),
});

const decisionFields = {
  id: Type.String({ format: "uuid", description: "UUIDv7 of the decision" }),
  outcome: Type.Enum([...OUTCOMES]),
  reasons: Type.Array(ReasonBody),
  receivedAt: Type.String({ format: "date-time" }),
  decidedAt: Type.String({ format: "date-time" }),
};

/** Answer to a transaction: durable by the time it is sent. */
export const DecisionBody = Type.Object(decisionFields, {
  description: "the decision, stored durably",
  examples: [
    {
      id: "019c1a2b-3c4d-7e5f-8a6b-7c8d9e0f1a2b",
      outcome: "decline",
      reasons: [
        {
          code: "iban_checksum",
          message: "has check digits that do not fit (ISO 7064 mod 97-10)",
          pointer: "/creditor/account/iban",
        },
      ],
      receivedAt: "2026-02-01T08:30:00.123Z",
      decidedAt: "2026-02-01T08:30:00.124Z",
    },
  ],
});

export const StoredTransactionBody = Type.Object(
  { ...decisionFields, transaction: TransactionBody },
  { description: "the decision and the transaction it is about" },
);
