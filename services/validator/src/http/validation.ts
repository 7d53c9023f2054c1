import type { FastifySchemaValidationError } from "fastify";

import { readMinorUnits } from "../transactions/checks/minor-units.ts";
import { refusal, type Reason, type RefusalCode } from "../transactions/reasons.ts";
import { AMOUNT_POINTER, LINES_PATTERN, TEXT_PATTERN } from "../transactions/schema.ts";
import { escapePointer } from "./json.ts";

/** More reasons help nobody: an answer stays small however bad the body is. */
const MAX_REASONS = 50;
const TEXT_PATTERNS = new Set<unknown>([TEXT_PATTERN, LINES_PATTERN]);

/** Turns what the compiled schema found into coded reasons, all of them. */
export function reasonsOf(errors: readonly FastifySchemaValidationError[], body: unknown): Reason[] {
  const reasons = new Map<string, Reason>();
  for (const error of errors) {
    const reason = reasonOf(error, body);
    // One field may fail a schema in several ways that are one to the reader.
    reasons.set(`${reason.code} ${reason.pointer}`, reason);
    if (reasons.size === MAX_REASONS) {
      reasons.set("more", refusal("too_many_reasons", ""));
      break;
    }
  }
  return [...reasons.values()];
}

function reasonOf({ keyword, params, instancePath }: FastifySchemaValidationError, body: unknown): Reason {
  if (instancePath === AMOUNT_POINTER) {
    const { instructedAmount } = body as { instructedAmount: { value: unknown } };
    const amount = readMinorUnits(instructedAmount.value);
    return refusal(typeof amount === "string" ? amount : "wrong_format", instancePath);
  }
  switch (keyword) {
    case "required":
      return refusal("missing_field", `${instancePath}/${escapePointer(String(params["missingProperty"]))}`);
    case "additionalProperties":
      return refusal(
        "unknown_field",
        `${instancePath}/${escapePointer(String(params["additionalProperty"]))}`,
      );
    case "pattern":
      return refusal(TEXT_PATTERNS.has(params["pattern"]) ? "text_character" : "wrong_format", instancePath);
    default:
      return refusal(CODES[keyword] ?? "wrong_format", instancePath);
  }
}

const CODES: Record<string, RefusalCode> = {
  type: "wrong_type",
  minLength: "too_short",
  maxLength: "too_long",
  minProperties: "account_identification",
  maxProperties: "account_identification",
};
