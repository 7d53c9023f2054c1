import type { Outcome, Reason } from "../transactions/reasons.ts";
import type { Transaction } from "../transactions/transaction.ts";
import type { AggregateDefinition } from "../velocity/aggregate.ts";
import type { Facts } from "./facts.ts";

/** What one rule said of one transaction. */
export interface RuleResult {
  readonly rule: string;
  readonly result: "hit" | "no_hit" | "error" | "snoozed";
  /** Points that it adds to the transaction's score; 0 unless it is a hit. */
  readonly score: number;
  /** The values that it saw: aggregates, list and screening answers. */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** The rule's data was away, and this is what its mode made of it. */
  readonly away?: "open" | "closed" | "review";
}

export interface Evaluation {
  readonly outcome: Outcome;
  readonly score: number;
  /** All that are not `no_hit`, in the rule set's order. */
  readonly results: readonly RuleResult[];
  /** One for each hit: the rule's reason code, and the field that it points to. */
  readonly reasons: readonly Reason[];
}

/** A version of a rule set, checked and ready to run. */
export interface CompiledRuleSet {
  /** Its number, counted up by each version. */
  readonly version: number;
  /** SHA-256 of its canonical JSON, in hexadecimal. */
  readonly hash: string;
  /** What its rules ask of the windows. */
  readonly aggregates: readonly AggregateDefinition[];
  /** The value lists that its rules name. */
  readonly lists: readonly string[];
  /** Pure, synchronous, and never throws: a rule that fails is an `error` and follows its mode. */
  evaluate(transaction: Transaction, facts: Facts): Evaluation;
}
