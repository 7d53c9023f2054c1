import { parseRecorded } from "../decisions/recorded.ts";
import type { CompiledRuleSet } from "../rules/evaluation.ts";
import { fieldReader } from "../rules/language/fields.ts";
import { decide as check } from "../transactions/decision.ts";
import { severest } from "../transactions/reasons.ts";
import type { TransactionBody } from "../transactions/schema.ts";
import { readTransaction, type Transaction } from "../transactions/transaction.ts";
import type { Aggregates, Observation } from "../velocity/aggregate.ts";
import { memberOf } from "../velocity/member.ts";
import type { Accumulation } from "./accumulation.ts";
import type { Comparison } from "./comparison.ts";
import { pastFacts, type References } from "./facts.ts";
import type { PastDecision } from "./past-decisions.ts";

export interface EvaluatorParts {
  readonly ruleSet: CompiledRuleSet;
  /** Windows that are not recorded with every decision; undefined where there are none. */
  readonly observe: ((observation: Observation) => Aggregates) | undefined;
  readonly references: References;
  readonly accumulation: Accumulation;
}

/** Takes decisions in the order of time. */
export interface Evaluator {
  /** Adds a decision to the windows only: what comes before the time that is evaluated. */
  warmUp(decision: PastDecision): void;
  /** Adds a decision to the windows and, where it is in the sample, to what is accumulated. */
  take(decision: PastDecision, asked: ReadonlySet<string>): void;
}

const NOTHING: Aggregates = new Map();

export function createEvaluator({ ruleSet, observe, references, accumulation }: EvaluatorParts): Evaluator {
  function evaluate(
    decision: PastDecision,
    transaction: Transaction,
    facts: string,
    asked: ReadonlySet<string>,
    computed: Aggregates,
  ): Comparison {
    const { policy, rules: recorded } = parseRecorded(facts);
    const results = JSON.parse(decision.results ?? "[]") as Comparison["was"]["results"];
    const parts = { ruleSet, recorded, asked, computed, references, notes: accumulation };
    const checked = check(transaction, { policy, receivedAt: recorded.at });
    const evaluation = ruleSet.evaluate(transaction, pastFacts(parts));
    return {
      id: decision.id,
      amount: BigInt(decision.amount),
      currency: decision.currency,
      decidedBy: decision.version ?? 0,
      was: { outcome: decision.outcome, score: decision.score ?? 0, results },
      wouldBe: { ...evaluation, outcome: severest(checked.outcome, evaluation.outcome) },
    };
  }

  return {
    warmUp(decision) {
      const transaction = transactionOf(decision);
      if (transaction !== undefined) observe?.(observationOf(decision, transaction));
    },
    take(decision, asked) {
      const { id, isSampled, facts } = decision;
      if (!isSampled && observe === undefined) return;
      const transaction = transactionOf(decision);
      const computed = (transaction && observe?.(observationOf(decision, transaction))) ?? NOTHING;
      if (!isSampled) return;
      if (transaction === undefined) accumulation.leaveOut(id, "transaction_unreadable");
      else if (facts === null) accumulation.leaveOut(id, "facts_missing");
      else {
        try {
          accumulation.add(evaluate(decision, transaction, facts, asked, computed));
        } catch {
          // The language does not throw: what is recorded has not the form that it should have.
          accumulation.leaveOut(id, "facts_unreadable");
        }
      }
    },
  };
}

function transactionOf({ transaction }: PastDecision): Transaction | undefined {
  try {
    const read = readTransaction(JSON.parse(transaction ?? "") as TransactionBody);
    return Array.isArray(read) ? undefined : read;
  } catch {
    return undefined;
  }
}

function observationOf(
  { id, idempotencyKey, receivedAt }: PastDecision,
  transaction: Transaction,
): Observation {
  return {
    member: memberOf(id, idempotencyKey),
    at: receivedAt.getTime(),
    amount: transaction.amount,
    currency: transaction.currency,
    field: (path) => fieldReader(path)?.(transaction),
  };
}
