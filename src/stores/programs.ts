import { spawnSync } from "node:child_process";
import type { ChildProcess, SpawnOptions } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { asAccount } from "./account.ts";
import type { Account } from "./account.ts";

/** Where programs came from; `doctor` says it. */
export type Source = "explicit" | "npm" | "path" | "system";

/** The programs of one kind of store, found and known to run. */
export interface Programs {
  /** The directory that holds them. */
  readonly directory: string;
  /** The exact version that they print: `15.18`. */
  readonly version: string;
  readonly source: Source;
}

/** Starts a child process. The supervisor passes its own, which journals every child that it starts. */
export type Spawn = (program: string, args: readonly string[], options: SpawnOptions) => ChildProcess;

/** The directories on PATH that hold all of these programs. */
export function directoriesOnPath(programs: readonly string[], path = process.env["PATH"] ?? ""): string[] {
  return path.split(delimiter).filter((directory) => isAbsolute(directory) && holds(directory, programs));
}

export function holds(directory: string, programs: readonly string[]): boolean {
  return programs.every((program) => existsSync(join(directory, program)));
}

/** What a program says when it is asked, run as the account that will run it later. */
export function ask(
  program: string,
  args: readonly string[],
  account: Account | undefined,
): { readonly ok: boolean; readonly output: string } {
  const answer = spawnSync(program, args, {
    ...asAccount(account),
    cwd: "/",
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" },
    encoding: "utf8",
    timeout: 10_000,
  });
  const output = answer.error ? answer.error.message : `${answer.stdout}${answer.stderr}`;
  return { ok: answer.status === 0, output: output.trim() };
}
