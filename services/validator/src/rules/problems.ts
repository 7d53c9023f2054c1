import type { Reason } from "../transactions/reasons.ts";

/** What makes a document no rule set, by code. The first sentence of a problem's message. */
export const RULE_SET_PROBLEMS = {
  missing_field: "is required",
  unknown_field: "is not a field of a rule set",
  wrong_type: "has the wrong JSON type",
  wrong_format: "does not have the format of this field",
  too_short: "is too short",
  too_long: "is too long",
  out_of_range: "is outside the range of this field",
  not_one_of: "is none of the values that this field takes",
  rule_id_repeated: "is the id of a rule before it",
  bands_missing: "is required where the scheme is bands",
  bands_unused: "has no meaning where the scheme is cases",
  bands_order: "must begin above the band before it, and be more severe",
  outcome_missing: "is required where the scheme is cases",
  effect_missing: "must have a score, an outcome or both, or a hit has no effect",
  pointer_unknown: "is not a JSON pointer to a field of a transaction",
  subject_unknown: "is not a text field of a transaction",
  reason_code_reserved: "is the code of a reason that the service gives by itself",
  syntax: "is not a CEL expression",
  not_bool: "must be true or false",
  unknown_variable: "names what is not there",
  unknown_function: "calls a function that is not there",
  type_mismatch: "puts types together that do not fit",
  not_supported: "uses a part of CEL that rules do not have",
  number_out_of_range: "has an integer outside of 64 bits",
  literal_expected: "needs a literal here",
  window_invalid: "has no window of 1s to 30d, such as 90s, 15m, 1h or 7d",
  key_invalid: "needs a text field of the transaction here, such as debtor.account",
  list_name_invalid: "has no name of a value list: a small letter, then small letters, digits and _",
  time_invalid: "has no RFC 3339 time, duration or time zone here",
  pattern_invalid: "has a regular expression that rules do not have",
  pattern_costly: "has a regular expression that may take too long",
  expression_too_large: "is larger than an expression may be",
  expressions_too_large: "have more expressions than a rule set may",
  patterns_too_costly: "have regular expressions that together may take too long",
  too_many_aggregates: "ask for too many different windowed figures",
  too_many_lists: "ask for too many different value lists",
  too_many_screenings: "screen too many different names",
  too_many_problems: "has more problems; these are the first ones",
} as const satisfies Record<string, string>;

export type RuleSetProblemCode = keyof typeof RULE_SET_PROBLEMS;

/** Where in an expression: `start` and `end` in UTF-16 code units from 0, `line` and `column` from 1. */
export interface Position {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong with a rule set. The pointer is within the document. */
export interface RuleSetProblem extends Reason {
  code: RuleSetProblemCode;
  position?: Position;
}

export function problem(
  code: RuleSetProblemCode,
  pointer: string,
  detail?: string,
  position?: Position,
): RuleSetProblem {
  const where = position ? ` (line ${position.line}, column ${position.column})` : "";
  const message = `${RULE_SET_PROBLEMS[code]}${detail === undefined ? "" : `: ${detail}`}${where}`;
  return { code, message, pointer, ...(position && { position }) };
}

export function positionIn(text: string, start: number, end: number): Position {
  const before = text.slice(0, start).split("\n");
  return { start, end, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** A document that cannot be compiled, with everything that is wrong with it. */
export class RuleSetInvalid extends Error {
  readonly problems: readonly RuleSetProblem[];

  constructor(problems: readonly RuleSetProblem[]) {
    const [first] = problems;
    super(
      `The rule set has ${problems.length} ${problems.length === 1 ? "problem" : "problems"}: ${first?.pointer} ${first?.message}`,
    );
    this.name = "RuleSetInvalid";
    this.problems = problems;
  }
}
