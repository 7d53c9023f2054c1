import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "#twin/package-root.ts";

/** How a command ended and what it printed. */
export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** What it has said so far on standard error. */
  said(): string;
  /** What it has printed so far on standard output. */
  printed(): string;
}

const PLUMBLINE = join(packageRoot, "bin", "plumbline.mjs");

/** Starts `plumbline` as a user does, through its real command line. */
export function startPlumbline(
  args: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Running {
  return startProgram([process.execPath, PLUMBLINE, ...args], { cwd, env });
}

/** Starts any program and collects what it prints. */
export function startProgram(
  [program = "", ...args]: readonly string[],
  { cwd, env = {} }: { cwd: string; env?: Readonly<Record<string, string>> },
): Running {
  const child = spawn(program, args, {
    cwd,
    env: { ...surroundings(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A group of its own, as a shell gives to each command.
    detached: true,
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended, said: () => stderr, printed: () => stdout };
}

/** The JSON object in the last line of a command's output. */
export function lastLine<T>({ stdout, stderr }: Outcome): T {
  const line = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as T;
  } catch {
    throw new Error(`The last line is not JSON: ${JSON.stringify(line)}\n${stderr}`);
  }
}

/** Our own environment without what would change how Plumbline behaves. */
function surroundings(): Record<string, string> {
  const kept = Object.entries(process.env).filter(
    ([name, value]) =>
      value !== undefined && !/^(CI$|PLUMBLINE_|NO_COLOR|FORCE_COLOR|NODE_OPTIONS|VITEST)/.test(name),
  );
  return Object.fromEntries(kept) as Record<string, string>;
}
