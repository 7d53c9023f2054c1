import type { RefusalCode } from "../reasons.ts";

/** ISO 20022 amounts have at most 18 digits; the highest one fits PostgreSQL's bigint. */
const MAX_DIGITS = 18;

/**
 * Reads whole minor units exactly, from a JSON integer or a string of digits; a code where there is no
 * exact positive value. A number never passes through a fraction: what is not exact is refused.
 */
export function readMinorUnits(value: unknown): bigint | RefusalCode {
  if (typeof value === "number") {
    if (!Number.isInteger(value)) return "amount_not_integer";
    if (value <= 0) return "amount_not_positive";
    return Number.isSafeInteger(value) ? BigInt(value) : "amount_not_exact";
  }
  if (typeof value !== "string") return "wrong_type";
  if (/^-\d+$/.test(value) || /^0+$/.test(value)) return "amount_not_positive";
  if (!/^[1-9]\d*$/.test(value)) return "amount_not_integer";
  return value.length > MAX_DIGITS ? "amount_too_large" : BigInt(value);
}
