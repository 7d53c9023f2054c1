import { Type, type Static } from "typebox";

import { OUTCOMES } from "../transactions/reasons.ts";
import { TEXT_PATTERN } from "../transactions/schema.ts";
import { LIMITS } from "./limits.ts";

const text = (maxLength: number, description: string) =>
  Type.String({ minLength: 1, maxLength, pattern: TEXT_PATTERN, description });

const note = (maxLength: number, description: string) =>
  Type.String({ maxLength, pattern: "^[^\\p{Cs}\\u0000]*$", description });

const points = (description: string) =>
  Type.Integer({ minimum: -LIMITS.points, maximum: LIMITS.points, description });

const outcome = (description: string) => Type.Enum([...OUTCOMES], { description });

/** A name of a rule or of a reason: what programs compare. */
const IDENTIFIER_PATTERN = "^[a-z][a-z0-9_]{0,63}$";

/** Name of a value list, as in `listed("blocked_accounts", creditor.account)`. */
export const LIST_NAME_PATTERN = IDENTIFIER_PATTERN;

/**
 * What a rule comes to when it has no answer, because the data that it asks for is away or because it failed:
 * - `open`: as if it were no hit;
 * - `review`: the outcome is at least `review`; no points are added;
 * - `closed`: the outcome is `decline`, whatever the rule asks for and however few points there are; none are added.
 *
 * A rule whose answer does not depend on what is away has an answer: `amount > 100 || listed(…)` is a hit for 101.
 */
export const AWAY_MODES = ["open", "closed", "review"] as const;
export type WhenAway = (typeof AWAY_MODES)[number];

export const RuleDocument = Type.Object(
  {
    id: Type.String({ pattern: IDENTIFIER_PATTERN, description: "name within the rule set" }),
    description: Type.Optional(note(500, "what it is for")),
    expression: Type.String({ minLength: 1, description: "CEL expression of type bool; true is a hit" }),
    score: Type.Optional(
      points("points that a hit adds to the score; negative ones speak for the transaction"),
    ),
    outcome: Type.Optional(
      outcome("the least severe outcome that a hit leaves; needed where the scheme is cases"),
    ),
    reason: Type.Object(
      {
        code: Type.String({
          pattern: IDENTIFIER_PATTERN,
          description: "code of the reason that a hit gives",
        }),
        message: text(200, "continues the sentence that the field begins; meant for people"),
        pointer: Type.String({
          maxLength: 100,
          description: "RFC 6901 JSON pointer to the transaction's field that the reason is about",
        }),
      },
      { additionalProperties: false },
    ),
    subject: Type.Optional(
      Type.String({
        maxLength: 64,
        description: "field whose value a snooze of this rule is for; debtor.account where it is left out",
      }),
    ),
    whenAway: Type.Enum([...AWAY_MODES], {
      description:
        "what the rule comes to when it has no answer: open (no hit), review (at least review), closed (decline)",
    }),
    enabled: Type.Optional(Type.Boolean({ description: "false: not asked; true where it is left out" })),
  },
  { additionalProperties: false },
);
export type RuleDocument = Static<typeof RuleDocument>;

const Band = Type.Object(
  {
    from: Type.Integer({ minimum: -1_000_000, maximum: 1_000_000, description: "lowest score of the band" }),
    outcome: outcome("of a score in the band"),
  },
  { additionalProperties: false },
);

export const RuleSetDocument = Type.Object(
  {
    name: text(100, "of the rule set"),
    description: Type.Optional(note(2000, "what it is for")),
    scheme: Type.Enum(["bands", "cases"], {
      description:
        "bands: the sum of the hits' points decides, and a hit's own outcome is the least; cases: every hit asks for an outcome, and the severest decides",
    }),
    bands: Type.Optional(
      Type.Array(Band, {
        maxItems: OUTCOMES.length,
        description: "from low to high, each more severe; below the first one the outcome is approve",
      }),
    ),
    rules: Type.Array(RuleDocument, { minItems: 1, maxItems: LIMITS.rules }),
  },
  {
    additionalProperties: false,
    description: "a rule set: what is asked of each transaction, and what follows",
  },
);
/** A rule set as it is written, saved and hashed. Whether it is sound, `checkRuleSet` says. */
export type RuleSetDocument = Static<typeof RuleSetDocument>;
