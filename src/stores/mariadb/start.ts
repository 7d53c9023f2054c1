import { type ChildProcess, spawn as spawnChild } from "node:child_process";
import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { PlumblineError } from "#model/errors.ts";
import { asAccount } from "../account.ts";
import { tailOf } from "../output.ts";
import { describeExit, type Exit, exitOf } from "../process.ts";
import type { Spawn } from "../programs.ts";
import { countdown, until } from "../wait.ts";
import { SUPERVISOR } from "./accounts.ts";
import { type Configuration, configure } from "./configure.ts";
import { type Access, query } from "./connection.ts";
import type { MariadbPrograms } from "./find.ts";
import { assertData } from "./initialise.ts";
import { clearLeftovers, recordedPid } from "./leftovers.ts";
import { failure } from "./output.ts";
import { environment } from "./run.ts";
import { type MariadbServer, runningServer } from "./server.ts";

export interface Start extends Omit<Configuration, "basedir"> {
  readonly programs: MariadbPrograms;
  /** The file that the server's log is added to. */
  readonly log: string;
  readonly spawn?: Spawn;
  readonly timeoutMs?: number;
}

/** How long one question may take while it starts. */
const ANSWERS_WITHIN_MS = 2_000;

/**
 * Starts a server on a data directory and waits until the supervisor can log in to it. It may have been killed before;
 * recovery counts into the time-out. It is read-only and follows nobody.
 *
 * @throws PlumblineError DATA_MISSING, DATA_IN_USE, STORE_START_FAILED, STORE_START_TIMEOUT, or what its log says
 */
export async function startMariadb(wanted: Start): Promise<MariadbServer> {
  const { directory, host, port, passwords, log, timeoutMs = 30_000 } = wanted;
  const remaining = countdown(timeoutMs);
  const access: Access = { host, port, user: SUPERVISOR, password: passwords.supervisor };
  assertData(directory);
  clearLeftovers(directory);
  const from = existsSync(log) ? statSync(log).size : 0;
  const { child, exited } = launch(wanted);
  const outcome = await until<"accepting" | Exit>(
    async () =>
      (await accepts(directory, child.pid, access)) ? "accepting" : await Promise.race([exited, undefined]),
    { timeoutMs: remaining(), everyMs: 20 },
  );
  const server = runningServer(child, exited);
  if (outcome === "accepting") return server;
  if (outcome === undefined) await server.kill();
  const output = tailOf(log, from);
  throw outcome ? failedToStart(wanted, outcome, output) : tooSlow(wanted, timeoutMs, output);
}

function launch({ programs, log, spawn = spawnChild, ...configuration }: Start): {
  child: ChildProcess;
  exited: Promise<Exit>;
} {
  const file = configure({ ...configuration, basedir: programs.basedir });
  const output = openSync(log, "a", 0o640);
  try {
    const child = spawn(programs.server, [`--defaults-file=${file}`], {
      ...asAccount(configuration.account),
      // It goes to its data directory itself.
      cwd: "/",
      env: environment(programs),
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
 * The server writes its number down once it has its port; that tells it from another that answers at the same address.
 * It takes logins once it has run its init file.
 */
async function accepts(directory: string, pid: number | undefined, access: Access): Promise<boolean> {
  if (pid === undefined || recordedPid(directory) !== pid) return false;
  try {
    await query(access, ANSWERS_WITHIN_MS, "SELECT 1");
    return true;
  } catch {
    return false;
  }
}

function failedToStart({ programs, host, port }: Start, exit: Exit, output: string): PlumblineError {
  return failure(
    `MariaDB ${programs.version} did not start at ${host}:${port}: ${describeExit(exit)}.`,
    output,
  );
}

function tooSlow({ directory, host, port }: Start, timeoutMs: number, output: string): PlumblineError {
  const { message } = failure(`MariaDB at ${host}:${port} took no login within ${timeoutMs} ms.`, output);
  return new PlumblineError(
    "STORE_START_TIMEOUT",
    message,
    `It recovers from a crash before it accepts connections, and that may take longer. ${directory} is unharmed: try again.`,
  );
}
