import { OUTCOMES, type Outcome, type Reason } from "../transactions/reasons.ts";
import type { RuleDocument } from "./document.ts";
import type { Failure } from "./language/node.ts";

const SEVERITY: Readonly<Record<Outcome, number>> = {
  approve: 0,
  review: 1,
  block_and_review: 2,
  decline: 3,
};

/** The place of an outcome in `OUTCOMES`, mildest first. */
export function severity(outcome: Outcome): number {
  return SEVERITY[outcome];
}

export function outcomeOfSeverity(severity: number): Outcome {
  return OUTCOMES[severity] as Outcome;
}

/** Reasons for an outcome that a rule's mode asked for, as the rule had no answer. */
export const FAILURE_REASONS = {
  rule_data_away: "the data that it asks for is away",
  rule_failed: "it cannot be computed for this transaction",
} as const;

/** The reason of a rule without an answer; its message continues the sentence that the field begins. */
export function failureReason({ id, reason }: RuleDocument, failure: Failure): Reason {
  const code = failure === "data_away" ? "rule_data_away" : "rule_failed";
  return {
    code,
    message: `could not be checked by rule ${id}: ${FAILURE_REASONS[code]}`,
    pointer: reason.pointer,
  };
}
