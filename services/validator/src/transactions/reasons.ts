/** What a decision can come to, mildest first. */
export const OUTCOMES = ["approve", "review", "block_and_review", "decline"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a decision came out as it did, or why a body is not a transaction. */
export interface Reason {
  code: string;
  message: string;
  /** RFC 6901 JSON pointer to the field in the request body; "" is the whole body. */
  pointer: string;
}

/** Findings in a well-formed transaction: each asks for an outcome, and the severest wins. */
export const findings = {
  currency_unknown: ["decline", "is not an active ISO 4217 currency code"],
  currency_without_minor_unit: [
    "decline",
    "is an ISO 4217 code without a minor unit; nothing can be paid in it",
  ],
  amount_over_review_limit: ["review", "is above the amount that is approved without a review"],
  creation_time_in_future: ["review", "lies further ahead of the time of receipt than clocks differ"],
  creation_time_too_old: ["review", "lies longer before the time of receipt than a payment takes to arrive"],
  country_unknown: ["decline", "is not an ISO 3166-1 alpha-2 country code"],
  iban_country_unknown: ["decline", "begins with a country that has no IBAN"],
  iban_length: ["decline", "does not have the length of its country's IBAN"],
  iban_format: [
    "decline",
    "does not have the structure of its country's IBAN (electronic format: capitals, no spaces)",
  ],
  iban_checksum: ["decline", "has check digits that do not fit (ISO 7064 mod 97-10)"],
  iban_account_checksum: ["decline", "has national check digits that do not fit"],
  iban_country_mismatch: [
    "review",
    "is of another country than the party, and not both are in the SEPA area",
  ],
  bic_country_unknown: ["decline", "names a country that does not exist (fifth and sixth letter)"],
  bic_format: ["decline", "is not an ISO 9362 BIC of 8 or 11 characters"],
  bic_country_mismatch: ["review", "is of another country than the IBAN beside it"],
} as const satisfies Record<string, readonly [Outcome, string]>;

export type FindingCode = keyof typeof findings;

/** What makes a body no transaction: answered with 400, never stored. */
export const refusals = {
  missing_field: "is required",
  unknown_field: "is not a field of a transaction",
  wrong_type: "has the wrong JSON type",
  wrong_format: "does not have the format of this field",
  too_short: "is too short",
  too_long: "is too long",
  text_character: "contains a control character or half a surrogate pair",
  account_identification: "takes exactly one of iban and other",
  amount_not_integer: "must count minor units in a whole number: no fraction, no exponent, no leading zero",
  amount_not_exact: "is beyond 2^53 - 1, where JSON numbers stop being exact: send it as a string of digits",
  amount_not_positive: "must be more than zero",
  amount_too_large: "has more than 18 digits",
  date_time_invalid: "is not an RFC 3339 date-time with an offset",
  ip_invalid: "is neither an IPv4 nor an IPv6 address",
  card_number_in_clear: "looks like the card number itself; send a keyed hash of it",
  json_malformed: "is not JSON (RFC 8259)",
  json_not_utf8: "is not UTF-8",
  json_too_deep: "is nested deeper than any transaction",
  json_duplicate_key: "occurs twice in its object",
  idempotency_key_format:
    "must be 1 to 255 visible ASCII characters, bare or as a quoted structured-field string",
  too_many_reasons: "has more faults; these are the first ones",
} as const satisfies Record<string, string>;

export type RefusalCode = keyof typeof refusals;

export function refusal(code: RefusalCode, pointer: string): Reason {
  return { code, message: refusals[code], pointer };
}

export function finding(code: FindingCode, pointer: string): Reason {
  return { code, message: findings[code][1], pointer };
}

export function severest(a: Outcome, b: Outcome): Outcome {
  return OUTCOMES.indexOf(a) >= OUTCOMES.indexOf(b) ? a : b;
}

/** The severest outcome that the findings ask for; approve where there is none. */
export function outcomeOf(reasons: readonly Reason[]): Outcome {
  let severest = 0;
  for (const { code } of reasons) {
    const severity = OUTCOMES.indexOf(findings[code as FindingCode][0]);
    if (severity > severest) severest = severity;
  }
  return OUTCOMES[severest] as Outcome;
}
