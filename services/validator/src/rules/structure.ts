import { Type, type TSchema } from "typebox";
import { Errors } from "typebox/value";

import { escapePointer } from "../http/json.ts";
import { RuleDocument, RuleSetDocument } from "./document.ts";
import { LIMITS } from "./limits.ts";
import { problem, type RuleSetProblem, type RuleSetProblemCode } from "./problems.ts";

/** A rule whose fields have their types, and where it stands. */
export interface Sound {
  readonly rule: RuleDocument;
  readonly pointer: string;
}

/** The rule set around its rules: these are looked at one by one, as a validator gives few errors for a document. */
const Frame = Type.Object(
  {
    ...RuleSetDocument.properties,
    rules: Type.Array(Type.Unknown(), { minItems: 1, maxItems: LIMITS.rules }),
  },
  { additionalProperties: false },
);

/** What a schema can say of a document: everything wrong with its fields, and the rules that are sound. */
export function readStructure(document: unknown): { sound: Sound[]; problems: RuleSetProblem[] } {
  const problems = faultsOf(Frame, document, "");
  const sound: Sound[] = [];
  const rules: unknown = (document as Partial<RuleSetDocument> | null | undefined)?.rules;
  for (const [index, rule] of Array.isArray(rules) ? rules.slice(0, LIMITS.rules).entries() : []) {
    const pointer = `/rules/${index}`;
    const faults = faultsOf(RuleDocument, rule, pointer);
    problems.push(...faults);
    if (faults.length === 0) sound.push({ rule: rule as RuleDocument, pointer });
  }
  return { sound, problems };
}

const CODES: Readonly<Record<string, RuleSetProblemCode>> = {
  type: "wrong_type",
  minLength: "too_short",
  maxLength: "too_long",
  minItems: "too_short",
  maxItems: "too_long",
  minimum: "out_of_range",
  maximum: "out_of_range",
  enum: "not_one_of",
};

function faultsOf(schema: TSchema, value: unknown, pointer: string): RuleSetProblem[] {
  return Errors(schema, value).flatMap((error): RuleSetProblem[] => {
    const place = `${pointer}${error.instancePath}`;
    const each = (names: readonly string[], code: RuleSetProblemCode) =>
      names.map((name) => problem(code, `${place}/${escapePointer(name)}`));
    switch (error.keyword) {
      case "required":
        return each(error.params.requiredProperties, "missing_field");
      case "additionalProperties":
        return each(error.params.additionalProperties, "unknown_field");
      // What stands in the place of an unknown field: said by additionalProperties.
      case "boolean":
        return [];
      case "enum":
        return [problem("not_one_of", place, error.params.allowedValues.join(", "))];
      default:
        return [problem(CODES[error.keyword] ?? "wrong_format", place)];
    }
  });
}
