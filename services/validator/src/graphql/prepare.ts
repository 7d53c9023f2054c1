// From the text of a request to an operation that may be carried out, or to what is wrong with it.
import {
  type DocumentNode,
  GraphQLError,
  parse,
  validate,
  type ValidatedExecutionArgs,
  validateExecutionArgs,
} from "graphql";

import type { Context } from "./context.ts";
import { costErrors } from "./cost.ts";
import { coded, codeOf, withCode, type Code } from "./errors.ts";
import { executable } from "./executable.ts";
import type { GraphqlRequest } from "./request.ts";
import { LIMITS, shapeErrors, shapeOf } from "./shape.ts";

/** More help nobody, and each takes its time. */
const MOST_ERRORS = 10;

export type Prepared =
  | { readonly args: ValidatedExecutionArgs }
  | { readonly errors: readonly GraphQLError[] };

/**
 * The cheap questions come first: nothing is looked up in the schema of a document that is too large, and nothing is
 * carried out that may have too large an answer.
 */
export function prepare(request: GraphqlRequest, contextValue: Context, abortSignal: AbortSignal): Prepared {
  const { query, operationName, variables } = request;
  const document = parsed(query);
  if ("errors" in document) return document;
  const faults = [...shapeErrors(shapeOf(document)), ...operationErrors(document)];
  if (faults.length > 0) return { errors: faults };
  const invalid = validate(executable, document, undefined, { maxErrors: MOST_ERRORS });
  if (invalid.length > 0) return { errors: invalid.map((error) => withOwnCode("VALIDATION_FAILED", error)) };
  const args = validateExecutionArgs({
    schema: executable,
    document,
    operationName,
    variableValues: variables,
    contextValue,
    abortSignal,
    options: { maxCoercionErrors: MOST_ERRORS },
  });
  if (!("schema" in args)) {
    // Nothing else is wrong of a document that is valid.
    const asked = document.definitions.filter((each) => isNamed(each, operationName));
    const code = asked.length === 1 ? "INVALID_VARIABLES" : "OPERATION_UNKNOWN";
    return { errors: args.map((error) => withOwnCode(code, error)) };
  }
  const costly = costErrors({ document, operation: args.operation, variables });
  return costly.length > 0 ? { errors: costly } : { args };
}

function parsed(query: string): DocumentNode | { errors: GraphQLError[] } {
  if (query.length > LIMITS.length) {
    const message = `The document has ${query.length} characters; ${LIMITS.length} are taken.`;
    return { errors: [coded("DOCUMENT_TOO_LONG", message)] };
  }
  try {
    return parse(query, { maxLexicalTokens: LIMITS.tokens, maxComments: LIMITS.tokens });
  } catch (error) {
    if (error instanceof GraphQLError) return { errors: [withCode("PARSE_FAILED", error)] };
    throw error;
  }
}

/** Here is nothing to be changed, and nothing to be subscribed to. */
function operationErrors({ definitions }: DocumentNode): GraphQLError[] {
  const others = definitions.flatMap((each) =>
    each.kind === "OperationDefinition" && each.operation !== "query" ? [each.operation] : [],
  );
  return [...new Set(others)].map((operation) =>
    coded(
      "OPERATION_NOT_ALLOWED",
      `Here is no ${operation}: this API reads, and the routes of /openapi.json change.`,
    ),
  );
}

function isNamed(each: DocumentNode["definitions"][number], name: string | undefined): boolean {
  return each.kind === "OperationDefinition" && (name === undefined || each.name?.value === name);
}

/** Scalars have errors of their own. */
function withOwnCode(code: Code, error: GraphQLError): GraphQLError {
  return codeOf(error) === undefined ? withCode(code, error) : error;
}
