// Transactions, facts and rules that tests change in what they are about.
import { NOON, payment } from "../../../test/payments.ts";
import type { TransactionBody } from "../../transactions/schema.ts";
import { readTransaction, type Transaction } from "../../transactions/transaction.ts";
import { checkRuleSet } from "../check.ts";
import { compile } from "../compile.ts";
import type { RuleDocument, RuleSetDocument } from "../document.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Facts } from "../facts.ts";

/** The example payment, read; `changes` replace whole fields. */
export function transaction(changes: Partial<TransactionBody> = {}): Transaction {
  const read = readTransaction(payment(changes));
  if (Array.isArray(read)) throw new Error(JSON.stringify(read));
  return read;
}

/** Nothing is counted, listed, matched or snoozed, and all aggregates are away. */
export function quiet(changes: Partial<Facts> = {}): Facts {
  return {
    receivedAt: NOON,
    aggregates: new Map(),
    isListed: () => false,
    screen: () => [],
    isSnoozed: () => false,
    ...changes,
  };
}

/** A rule with the expression, called `rule`, that asks for a review. */
export function rule(expression: string, changes: Partial<RuleDocument> = {}): RuleDocument {
  return {
    id: "rule",
    expression,
    outcome: "review",
    reason: { code: "odd", message: "is odd", pointer: "/device" },
    whenAway: "review",
    ...changes,
  };
}

export function ruleSet(rules: RuleDocument[], changes: Partial<RuleSetDocument> = {}): RuleSetDocument {
  return { name: "test", scheme: "cases", rules, ...changes };
}

/** Evaluates a rule set, once it has been checked as if it were saved. */
export function evaluate(document: RuleSetDocument, facts = quiet(), about = transaction()): Evaluation {
  const problems = checkRuleSet(document);
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return compile(document, 1).evaluate(about, facts);
}
