import type { FastifyRequest, FastifySchemaValidationError } from "fastify";

import { Problem } from "../http/problems.ts";
import { reasonsOf } from "../http/validation.ts";
import type { RuleSetDocument } from "../rules/document.ts";
import { contentOf, documentReasons } from "./checking.ts";
import type { VersionContent } from "./repository.ts";

/**
 * Reads the body of a route that has `attachValidation`: what is wrong with the document is told as the rule language
 * knows it, with the position in an expression, and together with what is wrong beside the document.
 *
 * @throws invalid_rule_set
 */
export function readDraft(request: FastifyRequest): VersionContent {
  const { document, note = "" } = (request.body ?? {}) as { document?: RuleSetDocument; note?: string };
  const found: readonly FastifySchemaValidationError[] = request.validationError?.validation ?? [];
  const beside = found.filter(({ instancePath }) => !/^\/document(?:\/|$)/.test(instancePath));
  const reasons = [
    ...reasonsOf(beside, request.body),
    ...(document === undefined ? [] : documentReasons(document)),
  ];
  if (document === undefined || reasons.length > 0) throw new Problem("invalid_rule_set", reasons);
  return contentOf(document, note);
}
