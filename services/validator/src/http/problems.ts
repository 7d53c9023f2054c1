import { Type } from "typebox";

import { ReasonBody } from "../transactions/schema.ts";
import type { Reason } from "../transactions/reasons.ts";

/** Everything that is not a decision, by its code: HTTP status and title (RFC 9457). */
export const problems = {
  malformed_request: [400, "The request is not HTTP that this service understands"],
  malformed_json: [400, "The body is not JSON"],
  invalid_request: [400, "The request is not one that this resource takes"],
  invalid_transaction: [400, "The body is not a transaction"],
  invalid_rule_set: [400, "The document is not a rule set that can run"],
  invalid_idempotency_key: [400, "The Idempotency-Key header is not a key"],
  digest_mismatch: [400, "The content is not the one that its digest is of"],
  content_malformed: [400, "The content cannot be decompressed"],
  unauthenticated: [401, "The request does not say whose it is"],
  sign_in_refused: [401, "Name, password or code are not right"],
  session_ended: [401, "The session has ended"],
  forbidden: [403, "This takes a role that the request does not have"],
  second_person_needed: [403, "This takes another person"],
  not_found: [404, "There is nothing here"],
  transaction_not_found: [404, "There is no such transaction"],
  rule_set_not_found: [404, "There is no such version of the rule set"],
  list_not_found: [404, "There is no such list"],
  api_key_not_found: [404, "There is no such API key"],
  person_not_found: [404, "There is no such person"],
  invitation_not_found: [404, "There is no such invitation, or it has expired"],
  session_not_found: [404, "There is no such session"],
  case_not_found: [404, "There is no such case"],
  clearance_not_found: [404, "There is no such clearance"],
  snooze_not_found: [404, "There is no such snooze"],
  backtest_not_found: [404, "There is no such backtest"],
  upload_not_found: [404, "There is no such upload"],
  webhook_not_found: [404, "There is no such webhook"],
  dead_letter_not_found: [404, "There is no such dead letter"],
  method_not_allowed: [405, "The resource does not have this method"],
  not_acceptable: [406, "The request takes no type of answer that there is"],
  request_timeout: [408, "The request did not arrive in time"],
  idempotency_conflict: [409, "The Idempotency-Key was used with another transaction"],
  not_replayable: [409, "The decision cannot be replayed"],
  version_state: [409, "The version's state does not allow this"],
  live_version_changed: [409, "Another version is live than the one to be replaced"],
  lists_missing: [409, "The rule set names lists that are not there"],
  list_exists: [409, "There is a list of this name"],
  list_full: [409, "The list would be larger than lists may be"],
  api_key_ended: [409, "The API key has ended, or another one has taken its place"],
  owner_locked: [409, "The owner of the API key is locked"],
  too_many_keys: [409, "More API keys are active than may be"],
  person_exists: [409, "There is a person of this name"],
  last_administrator: [409, "Nobody would be left who can invite others"],
  case_state: [409, "The case's state does not allow this"],
  too_many_snoozes: [409, "More snoozes are active than may be"],
  too_many_backtests: [409, "More backtests are waiting than may be"],
  too_many_webhooks: [409, "There are as many webhooks as there may be"],
  backtest_ended: [409, "The backtest has ended"],
  upload_ended: [409, "The upload is done, or has failed"],
  backtest_not_done: [409, "The backtest has no report"],
  precondition_failed: [412, "It has changed since it was read"],
  body_too_large: [413, "The body is larger than this resource takes"],
  unsupported_media_type: [415, "The body must be application/json without a content encoding"],
  unsupported_format: [415, "The content is in no format that is read"],
  precondition_required: [428, "The request must say by If-Match what it has read"],
  too_many_attempts: [429, "There were too many attempts"],
  too_many_streams: [429, "As many streams of events are open as may be"],
  headers_too_large: [431, "The request header is too large"],
  internal_error: [500, "Something went wrong here"],
  uploads_not_configured: [501, "This service has no bucket for files"],
  overloaded: [503, "More transactions are waiting than can be decided in time"],
  store_unavailable: [503, "The store did not answer in time"],
  documents_absent: [503, "This service has no store of documents"],
  documents_unavailable: [503, "The store of documents did not answer in time"],
  sessions_unavailable: [503, "Sessions cannot be reached"],
  sign_in_overloaded: [503, "More people are signing in than can be served in time"],
  too_many_uploads: [503, "More files are being received than may be at the same time"],
  bucket_unavailable: [503, "The file could not be stored"],
  screening_unavailable: [503, "The sanctions lists were not read yet"],
  access_unavailable: [503, "What credentials are checked by could not be read"],
  rules_unavailable: [503, "No rule set has been loaded yet"],
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

/** For a route's `response`: problems by status, and when each comes. */
export function problemResponses<Status extends number>(descriptions: Record<Status, string>) {
  const responses = {} as Record<Status, { description: string; content: object }>;
  for (const [status, description] of Object.entries<string>(descriptions)) {
    responses[Number(status) as Status] = {
      description,
      content: { "application/problem+json": { schema: ProblemBody } },
    };
  }
  return responses;
}
