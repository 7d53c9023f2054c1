import { isDeepStrictEqual } from "node:util";

import { Type, type Static } from "typebox";

import { Problem } from "../http/problems.ts";
import type { CompiledRuleSet, Evaluation } from "../rules/evaluation.ts";
import { decide as check } from "../transactions/decision.ts";
import { OUTCOMES, severest } from "../transactions/reasons.ts";
import { ReasonBody, RuleSetNameBody, type TransactionBody } from "../transactions/schema.ts";
import { readTransaction } from "../transactions/transaction.ts";
import type { RecordedDecision } from "./reader.ts";
import { readRecorded } from "./recorded.ts";
import type { RuleSetName } from "./row.ts";

/** The version with this very hash, ready to run; undefined where it is no longer there. */
export type FindRuleSet = (name: RuleSetName) => Promise<CompiledRuleSet | undefined>;

export const ReplayBody = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    identical: Type.Boolean({ description: "whether the decision came out as it was stored" }),
    differences: Type.Array(
      Type.Object({ field: Type.String(), stored: Type.Unknown(), replayed: Type.Unknown() }),
      { description: "members of the decision that came out otherwise" },
    ),
    outcome: Type.Enum([...OUTCOMES]),
    score: Type.Integer(),
    reasons: Type.Array(ReasonBody),
    ruleSet: RuleSetNameBody,
    rules: Type.Array(Type.Unknown(), {
      description: "results of all rules, those that were no hits as well",
    }),
    engine: Type.Object(
      { decided: Type.String(), replayed: Type.String() },
      { description: "versions of this service: one that checks otherwise may come to another decision" },
    ),
  },
  { description: "the decision as it comes out now, beside the one that is stored" },
);

/**
 * Makes a stored decision again, from nothing but what is stored with it and the version of the rule set that it names.
 * Pure. Throws `not_replayable` where a part of that is not there.
 */
export function replay(
  recorded: RecordedDecision,
  version: CompiledRuleSet | undefined,
  engine: string,
): Static<typeof ReplayBody> {
  const { id, ruleSet } = recorded;
  if (recorded.facts === null || ruleSet === null) throw missing("was made before facts were recorded");
  if (version === undefined) throw missing(`was made by a rule set that is not stored: ${ruleSet.hash}`);
  const transaction = readTransaction(JSON.parse(recorded.transaction) as TransactionBody);
  if (Array.isArray(transaction)) throw missing("is about a transaction that this version cannot read");

  const { policy, facts } = readRecorded(recorded.facts);
  const checked = check(transaction, { policy, receivedAt: recorded.receivedAt });
  const evaluation = version.evaluate(transaction, facts);
  const replayed = {
    outcome: severest(checked.outcome, evaluation.outcome),
    score: evaluation.score,
    reasons: [...checked.reasons, ...evaluation.reasons],
    results: evaluation.results,
  };
  const stored = {
    outcome: recorded.outcome,
    score: recorded.score,
    reasons: JSON.parse(recorded.reasons) as unknown,
    results: JSON.parse(recorded.results) as unknown,
  };
  const fields = ["outcome", "score", "reasons", "results"] as const;
  // As JSON, because that is what is stored: members without a value are not there.
  const inJson: Record<string, unknown> = JSON.parse(JSON.stringify(replayed));
  const differing = fields.filter((field) => !isDeepStrictEqual(stored[field], inJson[field]));
  return {
    id,
    identical: differing.length === 0,
    differences: differing.map((field) => ({ field, stored: stored[field], replayed: replayed[field] })),
    outcome: replayed.outcome,
    score: replayed.score,
    reasons: replayed.reasons,
    ruleSet,
    rules: everyRule(version, evaluation),
    engine: { decided: recorded.engine ?? "", replayed: engine },
  };
}

/** What the evaluation leaves out is no hit. */
function everyRule({ rules }: CompiledRuleSet, { results }: Evaluation) {
  const byRule = new Map(results.map((result) => [result.rule, result]));
  return rules.map((rule) => byRule.get(rule) ?? { rule, result: "no_hit", score: 0, values: {} });
}

function missing(message: string): Problem {
  return new Problem("not_replayable", [{ code: "not_replayable", message, pointer: "" }]);
}
