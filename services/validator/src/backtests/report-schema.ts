// What a backtest, or a shadow, has to tell.
import { Type, type Static } from "typebox";

import { OUTCOMES } from "../transactions/reasons.ts";
import { RuleSetNameBody } from "../transactions/schema.ts";
import { OBSTACLES } from "./comparison.ts";

const count = (description: string) => Type.Integer({ minimum: 0, description });
const share = (description: string) =>
  Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: `${description}; null of none`,
  });
const outcome = (description: string) => Type.Enum([...OUTCOMES], { description });
const examples = (of: string) =>
  Type.Array(Type.String(), { description: `ids of up to 20 ${of}, chosen by chance` });

const Amount = Type.Object({
  currency: Type.String({ description: "ISO 4217 code" }),
  value: Type.String({ description: "whole minor units" }),
});

const Cell = Type.Object({
  was: outcome("the outcome that was answered"),
  wouldBe: outcome("the outcome that this version would have come to"),
  transactions: count("that have both"),
  amounts: Type.Array(Amount, { description: "their sums, by currency" }),
  examples: examples("of them; none where the outcome is the same"),
});

const RuleCounts = Type.Object({
  hits: count("transactions that it hit"),
  errors: count("where it had no answer"),
  snoozed: count("where it was muted"),
});

const Rule = Type.Object({
  rule: Type.String(),
  was: RuleCounts,
  wouldBe: RuleCounts,
  newlyHit: count("transactions that it would hit and did not"),
  noLongerHit: count("transactions that it hit and would not"),
  changedOutcomes: count("transactions that it hit or would hit, and whose outcome would be another one"),
  shareChanged: share("their share of all that it hit or would hit"),
  newlyHitExamples: examples("that it would hit"),
  noLongerHitExamples: examples("that it would hit no longer"),
});

const orNull = (description: string) => Type.Union([Type.Number(), Type.Null()], { description });
const ScoreSide = Type.Object({
  mean: orNull("null of none"),
  least: orNull("null of none"),
  most: orNull("null of none"),
});

const Input = Type.Object({
  kind: Type.Enum(["window", "list", "screening", "snooze"]),
  name: Type.String({ description: "the window, the list, or the rule that may be snoozed" }),
  recorded: count("answers that are those of then"),
  recomputed: count(
    "answers that were made now: windows from the stored transactions, snoozes as they were then, lists and screening as they are now",
  ),
  away: count("questions without an answer: the rules followed their modes"),
});

export const ReportBody = Type.Object(
  {
    ruleSet: RuleSetNameBody,
    from: Type.String({ format: "date-time" }),
    to: Type.String({ format: "date-time" }),
    sample: Type.Number({ description: "share of the transactions that were to be evaluated" }),
    transactions: Type.Object({
      evaluated: count("compared"),
      changed: count("of these, those with another outcome"),
      shareChanged: share("their share"),
      notEvaluated: Type.Array(
        Type.Object({
          why: Type.Enum(Object.keys(OBSTACLES) as (keyof typeof OBSTACLES)[]),
          message: Type.String({ description: "continues the sentence that the transaction begins" }),
          transactions: count("left out"),
          examples: examples("of them"),
        }),
      ),
    }),
    decidedBy: Type.Array(Type.Object({ version: Type.Integer(), transactions: count("that it decided") })),
    outcomes: Type.Array(Cell, { description: "pairs of outcomes that occur, mildest first" }),
    rules: Type.Array(Rule, {
      description: "of this version, in its order; then those that it does not have",
    }),
    scores: Type.Object({
      was: ScoreSide,
      wouldBe: ScoreSide,
      higher: count("transactions whose score would be higher"),
      lower: count("transactions whose score would be lower"),
      distribution: Type.Array(
        Type.Object({
          from: Type.Integer({ description: "lowest score of ten; the first and the last hold all beyond" }),
          was: count("transactions whose score was there"),
          wouldBe: count("transactions whose score would be there"),
        }),
      ),
    }),
    inputs: Type.Array(Input, {
      description:
        "what the evaluation was told, and from where; empty for a shadow, which was told what decisions were",
    }),
  },
  { description: "what another version makes of transactions that were decided" },
);
export type Report = Static<typeof ReportBody>;
