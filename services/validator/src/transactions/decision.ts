import { checkAmount } from "./checks/amount.ts";
import { checkParties } from "./checks/party.ts";
import type { CheckContext } from "./checks/policy.ts";
import { checkTime } from "./checks/time.ts";
import { outcomeOf, type Outcome, type Reason } from "./reasons.ts";
import type { Transaction } from "./transaction.ts";

/** What was decided and why; without reasons it is an approval. */
export interface Decision {
  outcome: Outcome;
  reasons: Reason[];
}

/** Pure: adds what it finds to `reasons`, and never stops at the first one. */
type Check = (transaction: Transaction, context: CheckContext, reasons: Reason[]) => void;

const CHECKS: readonly Check[] = [checkTime, checkAmount, checkParties];

/** Asks every check; the severest finding decides. */
export function decide(transaction: Transaction, context: CheckContext): Decision {
  const reasons: Reason[] = [];
  for (const check of CHECKS) check(transaction, context, reasons);
  return { outcome: outcomeOf(reasons), reasons };
}
