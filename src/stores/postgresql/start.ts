import { spawn as spawnChild } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { asAccount } from "../account.ts";
import type { Account } from "../account.ts";
import { tailOf } from "../output.ts";
import { describeExit, type Exit, exitOf } from "../process.ts";
import type { Programs, Spawn } from "../programs.ts";
import { countdown, until } from "../wait.ts";
import { configure } from "./configure.ts";
import { assertDataMajor } from "./initialise.ts";
import { clearLeftovers } from "./leftovers.ts";
import { failure } from "./output.ts";
import { environment } from "./run.ts";
import { runningServer } from "./server.ts";
import type { Server } from "./server.ts";
import type { Settings } from "./settings.ts";

export interface Start {
  readonly programs: Programs;
  readonly account: Account | undefined;
  readonly directory: string;
  readonly host: string;
  readonly port: number;
  readonly settings: Settings;
  /** The file that the server's log is added to. */
  readonly log: string;
  readonly spawn?: Spawn;
  readonly timeoutMs?: number;
}

/**
 * Starts a server on a data directory and waits until it accepts connections. It may have been killed before: what
 * that left behind is cleared first, and recovery counts into the time-out.
 *
 * The server is started itself and not through pg_ctl, so that the child process is the server.
 * https://www.postgresql.org/docs/15/app-postgres.html
 */
export async function start(wanted: Start): Promise<Server> {
  const { directory, programs, timeoutMs = 30_000 } = wanted;
  const remaining = countdown(timeoutMs);
  assertDataMajor(directory, programs);
  for (;;) {
    await clearLeftovers(directory, remaining());
    configure(wanted);
    const from = existsSync(wanted.log) ? statSync(wanted.log).size : 0;
    const { child, exited } = launch(wanted);
    const outcome = await until<"accepting" | Exit>(
      async () => (accepts(directory, child.pid) ? "accepting" : await Promise.race([exited, undefined])),
      { timeoutMs: remaining() },
    );
    const server = runningServer(child, exited, wanted);
    if (outcome === "accepting") return server;
    if (outcome === undefined) await server.kill();
    const output = tailOf(wanted.log, from);
    // Children of the last server can outlive the look at them by a moment.
    if (
      outcome &&
      remaining() > 0 &&
      /shared memory block .* still in use|lock file "postmaster.pid" already exists/.test(output)
    )
      continue;
    throw outcome ? failedToStart(wanted, outcome, output) : tooSlow(wanted, timeoutMs, output);
  }
}

function launch({ programs, account, directory, log, spawn = spawnChild }: Start): {
  child: ChildProcess;
  exited: Promise<Exit>;
} {
  const output = openSync(log, "a", 0o640);
  try {
    const child = spawn(join(programs.directory, "postgres"), ["-D", directory], {
      ...asAccount(account),
      cwd: "/",
      env: environment(),
      stdio: ["ignore", output, output],
      // A Ctrl-C in the terminal is for the supervisor, which stops its children in order.
      detached: true,
    });
    return { child, exited: exitOf(child) };
  } finally {
    closeSync(output);
  }
}

/**
 * The server writes its state into the eighth line of postmaster.pid; pg_ctl waits for it in the same way. The number
 * in the first line tells our server from another that happens to answer at the same address.
 */
function accepts(directory: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(directory, "postmaster.pid"), "utf8").split("\n");
    return Number(lines[0]) === pid && lines[7]?.trim() === "ready";
  } catch {
    return false;
  }
}

function failedToStart({ programs, host, port }: Start, exit: Exit, output: string): PlumblineError {
  return failure(
    `PostgreSQL ${programs.version} did not start at ${host}:${port}: ${describeExit(exit)}.`,
    output,
  );
}

function tooSlow({ directory, host, port }: Start, timeoutMs: number, output: string): PlumblineError {
  const { message } = failure(
    `PostgreSQL at ${host}:${port} did not accept connections within ${timeoutMs} ms.`,
    output,
  );
  return new PlumblineError(
    "STORE_START_TIMEOUT",
    message,
    `It recovers from a crash before it accepts connections, and that may take longer. ${directory} is unharmed: try again.`,
  );
}
