import type { Outcome, Reason } from "../transactions/reasons.ts";
import type { Transaction } from "../transactions/transaction.ts";
import type { AggregateDefinition } from "../velocity/aggregate.ts";
import type { WhenAway } from "./document.ts";
import type { Facts } from "./facts.ts";

/** What one rule said of one transaction. */
export interface RuleResult {
  readonly rule: string;
  /** `error`: it has no answer; `snoozed`: it is muted for its subject, or it would be a hit or an error. */
  readonly result: "hit" | "no_hit" | "error" | "snoozed";
  /** Points that it adds to the transaction's score; 0 unless it is a hit. */
  readonly score: number;
  /**
   * The values that it saw: aggregates, list and screening answers; `away` for what was away. Integers beyond 2^53 are
   * decimal text. A screening match is told as well, as `screening(debtor.name).name` and `.entry`.
   */
  readonly values: Readonly<Record<string, string | number | boolean>>;
  /** Of an error: why there is no answer. */
  readonly error?: "data_away" | "division_by_zero" | "numeric_overflow";
  /** Of an error: the rule's mode, which decided in place of an answer. */
  readonly away?: WhenAway;
}

export interface Evaluation {
  readonly outcome: Outcome;
  readonly score: number;
  /** All that are not `no_hit`, in the rule set's order. */
  readonly results: readonly RuleResult[];
  /**
   * One for each hit: the rule's reason code, and the field that it points to. One for each error that asked for an
   * outcome: `rule_data_away` or `rule_failed`.
   */
  readonly reasons: readonly Reason[];
}

/** Told how many milliseconds it took to ask a rule. */
export type RuleTimer = (rule: string, took: number) => void;

/** A version of a rule set, checked and ready to run. */
export interface CompiledRuleSet {
  /** Its number, counted up by each version. */
  readonly version: number;
  /** SHA-256 of its canonical JSON, in hexadecimal. */
  readonly hash: string;
  /** Ids of the rules that are enabled, in the rule set's order: those that an evaluation leaves out are no hits. */
  readonly rules: readonly string[];
  /** What its rules ask of the windows. */
  readonly aggregates: readonly AggregateDefinition[];
  /** The value lists that its rules name. */
  readonly lists: readonly string[];
  /** Pure, synchronous, and never throws: a rule that fails is an `error` and follows its mode. */
  evaluate(transaction: Transaction, facts: Facts, timed?: RuleTimer): Evaluation;
}
