import type { RuleResult } from "../rules/evaluation.ts";
import type { Outcome } from "../transactions/reasons.ts";

/** What a rule set came to. */
interface Verdict {
  readonly outcome: Outcome;
  readonly score: number;
  /** Rules that are not among them were no hits. */
  readonly results: readonly Pick<RuleResult, "rule" | "result">[];
}

/** A transaction as it was decided, and as another version would decide it. */
export interface Comparison {
  readonly id: string;
  /** Minor units of the currency. */
  readonly amount: bigint;
  readonly currency: string;
  /** Number of the version that decided. */
  readonly decidedBy: number;
  readonly was: Verdict;
  readonly wouldBe: Verdict;
}

/** Why a transaction could not be evaluated. */
export const OBSTACLES = {
  facts_missing: "was decided before facts were recorded",
  facts_unreadable: "what is recorded with it cannot be read by this version of the service",
  transaction_unreadable: "is not a transaction that this version of the service can read",
  other_document: "was evaluated by what the version was before it was edited",
} as const;
export type Obstacle = keyof typeof OBSTACLES;

/** What facts come from. Of these there are names: definitions of windows, lists, rules that are snoozed. */
export type InputKind = "window" | "list" | "screening" | "snooze";

/** `recorded`: as it was answered then. `recomputed`: made now. `away`: there was no answer then, or there is none now. */
export type Origin = "recorded" | "recomputed" | "away";
