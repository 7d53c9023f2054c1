import { spawn as spawnChild } from "node:child_process";
import type { SpawnOptions } from "node:child_process";
import type { Spawn } from "../programs.ts";

/** What PostgreSQL's programs get to see of our environment: enough to start, and messages in English. */
export function environment(): Record<string, string> {
  return { PATH: process.env["PATH"] ?? "", LC_ALL: "C" };
}

/** Runs a program to its end and collects what it said. */
export async function run(
  program: string,
  args: readonly string[],
  { spawn = spawnChild, ...options }: SpawnOptions & { spawn?: Spawn } = {},
): Promise<{ code: number | null; output: string }> {
  const child = spawn(program, args, {
    ...options,
    cwd: "/",
    env: environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = Promise.withResolvers<number | null>();
  let output = "";
  const collect = (text: string): void => {
    output = (output + text).slice(-16_384);
  };
  child.stdout?.setEncoding("utf8").on("data", collect);
  child.stderr?.setEncoding("utf8").on("data", collect);
  child.on("error", (error) => {
    collect(error.message);
    ended.resolve(null);
  });
  child.on("close", (code) => ended.resolve(code));
  return { code: await ended.promise, output };
}
