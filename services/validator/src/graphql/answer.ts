// Carries out what was asked for, and makes an HTTP answer of what came of it.
import {
  type ExecutionResult,
  executeRootSelectionSet,
  type GraphQLError,
  type GraphQLFormattedError,
} from "graphql";

import { within } from "../database/backoff.ts";
import { StoreUnavailable } from "../database/errors.ts";
import { Problem } from "../http/problems.ts";
import type { Context } from "./context.ts";
import { coded, codeOf, CODES, withCode } from "./errors.ts";
import { prepare } from "./prepare.ts";
import type { GraphqlRequest } from "./request.ts";

export interface GraphqlAnswer {
  readonly status: number;
  readonly body: { readonly data?: unknown; readonly errors?: readonly GraphQLFormattedError[] };
}

export interface AnswerParts {
  readonly context: Context;
  /** Milliseconds that the answer may take. */
  readonly deadline: number;
  /** Told of what nobody expected. */
  readonly onFault: (error: Error) => void;
}

/** Answers of which a part is missing (https://graphql.github.io/graphql-over-http/draft/#sec-Partial-success). */
const PARTIAL = 294;

export async function answer(request: GraphqlRequest, parts: AnswerParts): Promise<GraphqlAnswer> {
  const { context, deadline, onFault } = parts;
  const leaving = new AbortController();
  const prepared = prepare(request, context, leaving.signal);
  if ("errors" in prepared) return refused(prepared.errors);
  const executing = Promise.resolve(executeRootSelectionSet(prepared.args));
  try {
    return answerOf(await within(deadline, executing, () => new StoreUnavailable()), onFault);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return UNAVAILABLE;
  } finally {
    // What is still under way for an answer that nobody waits for is not waited for either.
    leaving.abort();
    executing.catch(() => {});
  }
}

/** All that a store which does not answer leaves of an answer: half of one would be taken for the whole. */
const UNAVAILABLE = refused([coded("STORE_UNAVAILABLE", "The store did not answer in time.")]);

function refused(errors: readonly GraphQLError[]): GraphqlAnswer {
  const status = Math.max(...errors.map((error) => CODES[codeOf(error) ?? "INTERNAL_ERROR"]));
  return { status, body: { errors: errors.map((error) => error.toJSON()) } };
}

function answerOf({ data, errors = [] }: ExecutionResult, onFault: AnswerParts["onFault"]): GraphqlAnswer {
  if (errors.length === 0) return { status: 200, body: { data } };
  if (errors.some(({ originalError }) => originalError instanceof StoreUnavailable)) return UNAVAILABLE;
  const told = errors.map((error) => toldOf(error, onFault));
  return { status: PARTIAL, body: { errors: told.map((error) => error.toJSON()), data } };
}

/** A fault of this program is logged, and not told. */
function toldOf(error: GraphQLError, onFault: AnswerParts["onFault"]): GraphQLError {
  if (codeOf(error) !== undefined) return error;
  if (error.originalError instanceof Problem) {
    const { code, message } = error.originalError;
    return withCode(code.toUpperCase(), error, message);
  }
  onFault(error.originalError ?? error);
  return withCode("INTERNAL_ERROR", error, "Something went wrong here.");
}
