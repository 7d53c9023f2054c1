import { Type } from "typebox";

import { ReasonBody } from "../transactions/schema.ts";
import type { Reason } from "../transactions/reasons.ts";

/** Everything that is not a decision, by its code: HTTP status and title (RFC 9457). */
export const problems = {
  malformed_request: [400, "The request is not HTTP that this service understands"],
  malformed_json: [400, "The body is not JSON"],
  invalid_transaction: [400, "The body is not a transaction"],
  invalid_idempotency_key: [400, "The Idempotency-Key header is not a key"],
  not_found: [404, "There is nothing here"],
  transaction_not_found: [404, "There is no such transaction"],
  method_not_allowed: [405, "The resource does not have this method"],
  request_timeout: [408, "The request did not arrive in time"],
  idempotency_conflict: [409, "The Idempotency-Key was used with another transaction"],
  body_too_large: [413, "The body is larger than any transaction"],
  unsupported_media_type: [415, "The body must be application/json without a content encoding"],
  headers_too_large: [431, "The request header is too large"],
  internal_error: [500, "Something went wrong here"],
  overloaded: [503, "More transactions are waiting than can be decided in time"],
  store_unavailable: [503, "The decision could not be stored in time"],
  not_ready: [503, "This replica is not ready"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof problems;

/** Thrown by handlers; the error handler turns it into the answer. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly reasons: readonly Reason[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, reasons: readonly Reason[] = [], headers: Record<string, string> = {}) {
    super(problems[code][1]);
    this.code = code;
    this.reasons = reasons;
    this.headers = headers;
  }

  get statusCode(): number {
    return problems[this.code][0];
  }
}

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** Members of a problem document; `traceId` finds the log lines of this request. */
export const ProblemBody = Type.Object({
  type: Type.String({ description: "urn:validator:problem:<code>" }),
  title: Type.String(),
  status: Type.Integer(),
  code: Type.String(),
  traceId: Type.String(),
  reasons: Type.Array(ReasonBody),
});

export function problemBody(code: ProblemCode, traceId: string, reasons: readonly Reason[] = []) {
  const [status, title] = problems[code];
  return { type: `urn:validator:problem:${code}`, title, status, code, traceId, reasons };
}
