import { minorUnitDigits } from "../../reference/currencies.ts";
import { finding, type Reason } from "../reasons.ts";
import type { Transaction } from "../transaction.ts";
import type { CheckContext } from "./policy.ts";

/** Powers of ten by digits of the minor unit. */
const SCALE = [1n, 10n, 100n, 1000n, 10_000n];

export function checkAmount(
  { amount, currency }: Transaction,
  { policy }: CheckContext,
  reasons: Reason[],
): void {
  const digits = minorUnitDigits.get(currency);
  if (digits === undefined) {
    const code = minorUnitDigits.has(currency) ? "currency_without_minor_unit" : "currency_unknown";
    reasons.push(finding(code, "/instructedAmount/currency"));
  } else if (amount > policy.reviewLimit * (SCALE[digits] as bigint)) {
    reasons.push(finding("amount_over_review_limit", "/instructedAmount/value"));
  }
}
