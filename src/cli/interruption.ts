import { PlumblineError } from "#model/errors.ts";
import { printFailure } from "./failures.ts";

/** An abort signal for SIGINT, SIGTERM and SIGHUP: whoever waits ends, and the twin goes on. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => interrupted.abort(new DOMException(`Interrupted by ${name}`, "AbortError")));
  // bin/plumbline.mjs runs this program and passes signals on, which it cannot do with SIGKILL.
  process.on("disconnect", () => interrupted.abort());
  process.channel?.unref();
  return interrupted.signal;
}

/** What a shell expects of a program that SIGINT has ended. */
export const INTERRUPTED_EXIT = 130;

/** Says that only the waiting is over. @param what what goes on, as a sentence. */
export function waitInterrupted(what: string, twin: string, json: boolean): void {
  process.exitCode = INTERRUPTED_EXIT;
  const remedy = `See how it goes with \`plumbline status ${twin}\`.`;
  printFailure(new PlumblineError("WAIT_INTERRUPTED", what, remedy), json);
}
