import { ask } from "../programs.ts";
import type { Account } from "../account.ts";

/** Asks a program for its version with an environment of its own: that proves that it starts, with all its libraries. */
export function askVersion(
  program: string,
  env: Readonly<Record<string, string>>,
  pattern: RegExp,
  account: Account | undefined,
): { readonly version?: string; readonly problem: string } {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const { ok, output } = ask("env", [...variables, program, "--version"], account);
  const version = ok ? pattern.exec(output)?.[1] : undefined;
  return version === undefined
    ? { problem: output || `${program} does not start` }
    : { version, problem: "" };
}
