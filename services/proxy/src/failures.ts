import { BrokenCircuitError, IsolatedCircuitError } from "cockatiel";

import type { ProblemCode } from "./problems.ts";

/**
 * Why there is no answer. `unreachable`: nothing was sent. `open`: the circuit breaker is. `failed` and `late`: whether the
 * backend did what was asked is unknown.
 */
export class UpstreamFailure extends Error {
  readonly kind: "unreachable" | "open" | "failed" | "late";

  constructor(kind: UpstreamFailure["kind"], cause: Error) {
    super(`${kind}: ${cause.message}`, { cause });
    this.kind = kind;
  }

  get problem(): ProblemCode {
    return PROBLEMS[this.kind];
  }
}

const PROBLEMS = {
  unreachable: "backend_unavailable",
  open: "backend_unavailable",
  failed: "backend_failed",
  late: "backend_timeout",
} as const satisfies Record<UpstreamFailure["kind"], ProblemCode>;

/** Errors of undici and of the system that come before anything is sent. */
const BEFORE_SENDING = new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);
const TOO_LATE = new Set(["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);
/** Of the connection, or of what was read from it. */
const BROKEN =
  /^(UND_ERR_(SOCKET|INFO|CLOSED|DESTROYED|RES_.*)|HPE_.*|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$/;

/** What an error says about a backend; null where it says something about the caller, or about this program. */
export function failureOf(error: unknown): UpstreamFailure | null {
  if (error instanceof UpstreamFailure) return error;
  if (!(error instanceof Error)) return null;
  if (error instanceof BrokenCircuitError || error instanceof IsolatedCircuitError)
    return new UpstreamFailure("open", error);
  const { code = "" } = error as NodeJS.ErrnoException;
  if (BEFORE_SENDING.has(code)) return new UpstreamFailure("unreachable", error);
  if (TOO_LATE.has(code)) return new UpstreamFailure("late", error);
  return BROKEN.test(code) ? new UpstreamFailure("failed", error) : null;
}
