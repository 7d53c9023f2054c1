import { PlumblineError } from "#model/errors.ts";

/** Why something failed, as it is told to others; only a bug has a stack trace, and that goes to our own log. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof PlumblineError) {
    const { code, message, remedy } = error;
    return { code, message, remedy };
  }
  const { code, message, stack } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return { code: "DISK_FULL", message, remedy: "Free some space, then run the command again." };
  if (code === "EACCES" || code === "EROFS" || code === "EPERM")
    return { code: "STATE_UNWRITABLE", message, remedy: "Choose a writable folder with PLUMBLINE_STATE." };
  console.error(stack);
  return {
    code: "UNEXPECTED",
    message: String(message),
    remedy: "This is a bug: please report it with logs/supervisor.log.",
  };
}
