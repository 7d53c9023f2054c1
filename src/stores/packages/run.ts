import { spawn } from "node:child_process";
import { PlumblineError } from "#model/errors.ts";
import { asAccount } from "../account.ts";
import type { Account } from "../account.ts";

/** How a program ended that was run to its end. */
export interface Run {
  readonly ok: boolean;
  readonly stdout: string;
  /** Everything that it said, in the order in which it came. */
  readonly words: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  /** Ends the program when the user does not want to wait any more. */
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly account?: Account | undefined;
}

const KILLED_AFTER_MS = 5000;

/**
 * Runs a program to its end, and waits for that end also when it was told to stop.
 * @throws PlumblineError INSTALL_INTERRUPTED
 */
export async function run(program: string, args: readonly string[], options: RunOptions): Promise<Run> {
  const { cwd, timeoutMs, signal, env, account } = options;
  signal.throwIfAborted();
  const child = spawn(program, args, {
    ...asAccount(account),
    cwd,
    env: { ...process.env, LC_ALL: "C", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let words = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    words += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (words += text));

  let killer: NodeJS.Timeout | undefined;
  const end = () => {
    child.kill("SIGTERM");
    killer ??= setTimeout(() => child.kill("SIGKILL"), KILLED_AFTER_MS);
  };
  const deadline = setTimeout(() => {
    words += `\nE: ${program} took longer than ${timeoutMs / 1000} s`;
    end();
  }, timeoutMs);
  signal.addEventListener("abort", end);
  const code = await new Promise<number | null>((resolve) => {
    child.once("error", (error) => {
      words += `\nE: ${error.message}`;
      resolve(null);
    });
    child.once("close", resolve);
  });
  clearTimeout(deadline);
  clearTimeout(killer);
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
  return { ok: code === 0, stdout, words };
}

/** What to abort an installation with, so that it ends as an expected failure. */
export function interruption(): PlumblineError {
  return new PlumblineError(
    "INSTALL_INTERRUPTED",
    "The installation was interrupted, and nothing was installed.",
    "Run it again when you like; it starts from the beginning.",
  );
}
