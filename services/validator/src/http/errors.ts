import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import type { Socket } from "node:net";

import { KeySetUnavailable } from "../access/key-set.ts";
import { StoreUnavailable } from "../database/errors.ts";
import { DocumentsUnavailable } from "../documents/errors.ts";
import { RulesUnavailable } from "../decisions/pipeline.ts";
import { QueueFull } from "../transactions/batch-writer.ts";
import { KeyConflict } from "../transactions/idempotency.ts";
import { refusal } from "../transactions/reasons.ts";
import { Problem, problemBody, problems, PROBLEM_TYPE, type ProblemCode } from "./problems.ts";
import { reasonsOf } from "./validation.ts";

/**
 * On every answer: nothing guesses at content types, nothing on the way keeps a copy, and a browser that is led here
 * neither runs, nor frames, nor tells anything.
 */
export const SECURITY_HEADERS = {
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
};

/** Where the load balancer has the request by TLS; browsers heed it nowhere else (RFC 6797, section 8.1). */
export const STRICT_TRANSPORT = "max-age=31536000; includeSubDomains";

/** Seconds after which another attempt may succeed: a failover takes about one. */
export const RETRY_AFTER = "1";

/** The one place where an error becomes an answer. */
export function answerError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error, request);
  if (problem.statusCode === 500)
    request.log.error({ err: error }, "a request failed by a fault of this program");
  // A body that was not read to its end would be taken for the next request.
  if (problem.code === "body_too_large") reply.header("connection", "close");
  sendProblem(reply, problem);
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  if (problem.statusCode === 503) reply.header("retry-after", RETRY_AFTER);
  reply
    .code(problem.statusCode)
    .headers(problem.headers)
    .header("content-type", PROBLEM_TYPE)
    // Hooks do not run for addresses that are not URLs.
    .headers(SECURITY_HEADERS)
    .serializer(JSON.stringify)
    .send(problemBody(problem.code, reply.request.id, problem.reasons));
}

const FASTIFY_CODES: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "body_too_large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "unsupported_media_type",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "malformed_request",
  FST_ERR_BAD_URL: "not_found",
  FST_ERR_MAX_LIMIT: "not_found",
};

function toProblem(error: FastifyError | Error, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof KeyConflict) return new Problem("idempotency_conflict");
  if (error instanceof QueueFull) return new Problem("overloaded");
  if (error instanceof RulesUnavailable) return new Problem("rules_unavailable");
  if (error instanceof KeySetUnavailable) return new Problem("access_unavailable");
  if (error instanceof DocumentsUnavailable) return new Problem("documents_unavailable");
  if (error instanceof StoreUnavailable) return new Problem("store_unavailable");
  if ("validation" in error && error.validation) {
    const isBody = "validationContext" in error && error.validationContext === "body";
    const isTransaction = isBody && request.routeOptions.url === "/v1/transactions";
    const reasons = reasonsOf(error.validation, request.body);
    return new Problem(isTransaction ? "invalid_transaction" : "invalid_request", reasons);
  }
  const code = "code" in error ? FASTIFY_CODES[error.code] : undefined;
  if (code !== undefined) return new Problem(code);
  // The client went away or sent half a body: nobody reads the answer, yet it is not our fault.
  const status = "statusCode" in error ? error.statusCode : undefined;
  return new Problem(
    status !== undefined && status >= 400 && status < 500 ? "malformed_request" : "internal_error",
  );
}

const PARSER_CODES: Record<string, ProblemCode> = {
  ERR_HTTP_REQUEST_TIMEOUT: "request_timeout",
  HPE_HEADER_OVERFLOW: "headers_too_large",
};

/** Answers what Node could not parse as HTTP, where there is no request to answer by. */
export function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === "ECONNRESET" || socket.destroyed) return;
  const code = PARSER_CODES[error.code ?? ""] ?? "malformed_request";
  const body = JSON.stringify(problemBody(code, ""));
  const head = [
    `HTTP/1.1 ${problems[code][0]} ${STATUS_TEXT[problems[code][0]] ?? "Bad Request"}`,
    `Content-Type: ${PROBLEM_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries(SECURITY_HEADERS).map(([name, value]) => `${name}: ${value}`),
    "Connection: close",
  ];
  if (socket.writable) socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  socket.destroy(error);
}

const STATUS_TEXT: Record<number, string> = {
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

/** Used by the JSON parser: reasons about the text become a problem about the body. */
export function malformedJson(reasons: Problem["reasons"]): Problem {
  return new Problem("malformed_json", reasons);
}

export function invalidKey(): Problem {
  return new Problem("invalid_idempotency_key", [refusal("idempotency_key_format", "")]);
}
