import { type ChildProcess, spawn as spawnChild } from "node:child_process";
import { type Account, asAccount } from "../account.ts";
import type { Spawn } from "../programs.ts";
import type { MariadbPrograms } from "./find.ts";

/** What MariaDB's programs get to see of our environment: enough to start, and messages in English. */
export function environment({ env }: Pick<MariadbPrograms, "env">): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", LC_ALL: "C", ...env };
}

/** A program that is run to its end. */
export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly account: Account | undefined;
  readonly spawn?: Spawn;
}

/** How it ended, and the last of what it said on its error output. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

const KEPT = 16_384;

/** Starts a program whose input and output are pipes; `ended` settles when it is over, and never rejects. */
export function begin({ program, args, cwd, env, account, spawn = spawnChild }: Run): {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
} {
  const child = spawn(program, args, {
    ...asAccount(account),
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = Promise.withResolvers<Ended>();
  let output = "";
  const collect = (text: string): void => {
    output = (output + text).slice(-KEPT);
  };
  child.stderr?.setEncoding("utf8").on("data", collect);
  // One that never began, or that ends before it has read everything, is told by its end.
  child.stdin?.on("error", () => {});
  child.on("error", (error) => {
    collect(error.message);
    ended.resolve({ code: null, output });
  });
  child.on("close", (code) => ended.resolve({ code, output }));
  return { child, ended: ended.promise };
}

/** Runs a program that is told nothing to its end, and collects all that it says. */
export async function run(wanted: Run): Promise<Ended> {
  const { child, ended } = begin(wanted);
  let said = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT);
  });
  child.stdin?.end();
  const { code, output } = await ended;
  return { code, output: `${said}${output}` };
}
