// Errors of GraphQL with codes: what a program can go by.
import { GraphQLError } from "graphql";

/** What can be wrong with a request, by its code, and the HTTP status where nothing of it was answered. */
export const CODES = {
  DOCUMENT_TOO_LONG: 400,
  PARSE_FAILED: 400,
  OPERATION_NOT_ALLOWED: 422,
  OPERATION_UNKNOWN: 422,
  TOO_DEEP: 422,
  TOO_MANY_ALIASES: 422,
  VALIDATION_FAILED: 422,
  INVALID_VARIABLES: 422,
  INVALID_ARGUMENT: 422,
  TOO_COSTLY: 422,
  FORBIDDEN: 403,
  INTERNAL_ERROR: 500,
  STORE_UNAVAILABLE: 503,
} as const;

export type Code = keyof typeof CODES;

export function coded(code: Code, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** The same error in the same places, under a code; the message is its own unless told. */
export function withCode(code: string, error: GraphQLError, message = error.message): GraphQLError {
  const { nodes, source, positions, path, originalError } = error;
  return new GraphQLError(message, { nodes, source, positions, path, originalError, extensions: { code } });
}

/** The code that an error has; undefined for what nobody expected. */
export function codeOf({ extensions }: GraphQLError): Code | undefined {
  const { code } = extensions;
  return typeof code === "string" && Object.hasOwn(CODES, code) ? (code as Code) : undefined;
}
