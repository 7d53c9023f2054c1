import type { ServerResponse } from "node:http";

import { endAnswer } from "./early-end.ts";
import { isStillSending } from "./lengths.ts";

/** Every answer that is made here and not by a backend, by its code: HTTP status and title (RFC 9457). */
export const problems = {
  malformed_request: [400, "The request is not HTTP that is understood here"],
  unauthenticated: [401, "The request does not say whose it is"],
  not_found: [404, "There is nothing here"],
  method_not_allowed: [405, "The resource does not have this method"],
  request_timeout: [408, "The request did not arrive in time"],
  body_too_large: [413, "The body is larger than this resource takes"],
  uri_too_long: [414, "The address is longer than is taken here"],
  expectation_failed: [417, "The request expects what is not done here"],
  rate_limited: [429, "There were more requests than this caller may send"],
  headers_too_large: [431, "The request header is too large"],
  internal_error: [500, "Something went wrong here"],
  backend_failed: [502, "The backend gave no answer; it is unknown whether it did what was asked"],
  access_unavailable: [503, "What credentials are checked by could not be read"],
  backend_unavailable: [503, "The backend is away; nothing was done"],
  not_ready: [503, "This replica is not ready"],
  overloaded: [503, "More requests are under way than can be served"],
  backend_timeout: [504, "The backend gave no answer in time; it is unknown whether it did what was asked"],
} as const satisfies Record<string, readonly [number, string]>;

export type ProblemCode = keyof typeof problems;

export interface Refusal {
  /** What is wrong in this case, in a sentence. */
  readonly detail?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Thrown where a request cannot be served; whoever answers makes a problem document of it. */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly refusal: Refusal;

  constructor(code: ProblemCode, refusal: Refusal = {}) {
    super(refusal.detail ?? problems[code][1]);
    this.code = code;
    this.refusal = refusal;
  }

  get status(): number {
    return problems[this.code][0];
  }
}

export const PROBLEM_TYPE = "application/problem+json; charset=utf-8";

/** On every answer that is made here: nothing guesses at types, and nothing on the way keeps a copy. */
export const PROBLEM_HEADERS = {
  "content-type": PROBLEM_TYPE,
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
} as const;

/** Whoever comes again at once would meet the same. */
const LATER: Readonly<Partial<Record<ProblemCode, Readonly<Record<string, string>>>>> = {
  access_unavailable: { "retry-after": "1" },
  backend_unavailable: { "retry-after": "1" },
  not_ready: { "retry-after": "1" },
  overloaded: { "retry-after": "1" },
};

/** The document: `requestId` finds the log lines of this request. */
export function problemText(code: ProblemCode, requestId: string | undefined, detail?: string): string {
  const [status, title] = problems[code];
  return JSON.stringify({ type: `urn:proxy:problem:${code}`, title, status, code, detail, requestId });
}

/** Answers with a problem where nothing was sent yet; else the answer is broken off, so that nobody takes it for whole. */
export function sendProblem(
  response: ServerResponse,
  code: ProblemCode,
  requestId: string | undefined,
  { detail, headers = {} }: Refusal = {},
): void {
  if (response.headersSent) return void response.destroy();
  const text = problemText(code, requestId, detail);
  response.writeHead(problems[code][0], {
    ...PROBLEM_HEADERS,
    ...LATER[code],
    ...headers,
    // Whoever has not sent all of a large body need not go on.
    ...(isStillSending(response.req) || code === "request_timeout" ? { connection: "close" } : {}),
    "content-length": Buffer.byteLength(text),
  });
  if (response.req.method !== "HEAD") response.write(text);
  endAnswer(response, true);
}
