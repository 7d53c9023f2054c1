/**
 * An expected failure: something a user can mend. The command line prints it without a stack trace;
 * any other Error is a bug and shows its trace. Every code has its entry in docs/reference/errors.md.
 */
export class PlumblineError extends Error {
  override readonly name = "PlumblineError";
  /** Stable and upper case, for scripts and for searching: `PORT_TAKEN`. */
  readonly code: string;
  /** What to do about it, as a sentence. */
  readonly remedy: string;

  /** @param what what happened and where, as a sentence. */
  constructor(code: string, what: string, remedy: string, options?: { cause?: unknown }) {
    super(what, options);
    this.code = code;
    this.remedy = remedy;
  }
}
