import { spawn } from "node:child_process";
import { constants } from "node:os";
import { PlumblineError } from "#model/errors.ts";

/** A handler of no effect keeps the signal from ending us. */
const ignore = () => {};

/**
 * Runs a program on the user's terminal and returns its exit code; 128 and the signal's number where a signal ended it,
 * as shells say it. Ctrl-C is the program's while it runs.
 * @throws PlumblineError COMMAND_NOT_STARTED
 */
export async function runAttached(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<number> {
  process.on("SIGINT", ignore);
  try {
    const child = spawn(program, args, {
      stdio: "inherit",
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    });
  } catch (cause) {
    throw new PlumblineError(
      "COMMAND_NOT_STARTED",
      `${program} could not be started: ${(cause as Error).message}.`,
      "Give a program that is on PATH, or its path.",
      { cause },
    );
  } finally {
    process.off("SIGINT", ignore);
  }
}
