import { Type, type Static } from "typebox";

import { OUTCOMES } from "./reasons.ts";

/** Text without control characters (PostgreSQL has no U+0000) and without lone surrogates (UTF-8 has none). */
export const TEXT_PATTERN = "^[^\\p{Cc}\\p{Cs}]*$";
/** The same for what people write in more than one line. */
export const LINES_PATTERN = "^(?:[^\\p{Cc}\\p{Cs}]|[\\t\\n\\r])*$";

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

export const RuleSetNameBody = Type.Object({
  version: Type.Integer(),
  hash: Type.String({ description: "SHA-256 of the rule set's canonical JSON, in hexadecimal" }),
});

const RuleResultBody = Type.Object(
  {
    rule: Type.String(),
    result: Type.Enum(["hit", "error", "snoozed"]),
    score: Type.Integer({ description: "points that it added; 0 unless it is a hit" }),
    values: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()]), {
      description: "what it saw: figures of windows, answers of lists and of the screening",
    }),
    error: Type.Optional(Type.String({ description: "why it has no answer" })),
    away: Type.Optional(Type.String({ description: "its mode, which decided in place of an answer" })),
  },
  { description: "a rule that was a hit, had no answer, or was muted; those that are not told were no hits" },
);

const older = "null in decisions that are older than rule sets";

const decisionFields = {
  id: Type.String({ format: "uuid", description: "UUIDv7 of the decision" }),
  outcome: Type.Enum([...OUTCOMES], { description: "the severest that checks and rules ask for" }),
  score: Type.Union([Type.Integer(), Type.Null()], { description: `sum of the rules' points; ${older}` }),
  reasons: Type.Array(ReasonBody, { description: "of the checks, then of the rules" }),
  ruleSet: Type.Union([RuleSetNameBody, Type.Null()], { description: `the version that decided; ${older}` }),
  results: Type.Array(RuleResultBody),
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
      score: 40,
      reasons: [
        {
          code: "iban_checksum",
          message: "has check digits that do not fit (ISO 7064 mod 97-10)",
          pointer: "/creditor/account/iban",
        },
        {
          code: "many_payments",
          message: "has made unusually many payments within an hour",
          pointer: "/debtor/account",
        },
      ],
      ruleSet: { version: 7, hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" },
      results: [
        {
          rule: "many_payments_in_an_hour",
          result: "hit",
          score: 40,
          values: { 'count("1h", debtor.account)': 12 },
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
