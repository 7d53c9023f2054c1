import type { TargetFailure } from "./target-user.ts";

/** RFC 9110 section 9.2.2: a target that sees one of them twice does no more than it did the first time. */
const IDEMPOTENT_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** One attempt to get an answer from a target, which has failed. */
export interface FailedAttempt {
  readonly reason: TargetFailure;
  readonly method: string;
  /** Whether a byte of the request was given to the connection. */
  readonly sent: boolean;
  /** Whether a byte of its body was: that is not kept. */
  readonly bodySent: boolean;
  /** Whether the connection had carried requests before. */
  readonly reused: boolean;
  /** Whether a byte of an answer has come back. */
  readonly answered: boolean;
  /** Whether the request was repeated already. */
  readonly repeated: boolean;
}

/**
 * Whether a request may be sent again after its connection was closed. A target closes one that was idle too long for
 * it at the very moment when a request is sent: the request was then lost, not refused. On a new connection it was
 * not, and who knows what the target has done with it. What nobody has seen a byte of may go again whatever it is;
 * the rest only if it is idempotent and none of its body is gone.
 */
export function mayRepeat(attempt: FailedAttempt): boolean {
  if (attempt.reason !== "closed" || attempt.repeated || attempt.answered) return false;
  if (!attempt.sent) return true;
  return attempt.reused && !attempt.bodySent && IDEMPOTENT_METHODS.has(attempt.method);
}
