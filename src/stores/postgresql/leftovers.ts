import { readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { ask } from "../programs.ts";
import { until } from "../wait.ts";

interface Holder {
  readonly pid: number;
  /** The postmaster is the server; the others are its children, or what is left of them. */
  readonly postmaster: boolean;
}

/**
 * Clears what a server that was killed left on its data directory: children that still work (one in the middle of a
 * statement goes on until it next looks at its parent) and a postmaster.pid, whose number may by now belong to any
 * other program and would then keep the server from starting.
 * https://www.postgresql.org/docs/15/server-shutdown.html
 */
export async function clearLeftovers(directory: string, timeoutMs: number): Promise<void> {
  const postmaster = holders(directory).find((holder) => holder.postmaster);
  if (postmaster) {
    throw new PlumblineError(
      "DATA_IN_USE",
      `PostgreSQL (process ${postmaster.pid}) is running on ${directory}.`,
      "Stop the twin that it belongs to with `plumbline down`, or end that process.",
    );
  }
  await endOrphans(directory, timeoutMs);
  rmSync(join(directory, "postmaster.pid"), { force: true });
}

/** Ends the children of a server that is gone, and waits until none holds the data or the port any more. */
export async function endOrphans(directory: string, timeoutMs: number): Promise<void> {
  const gone = await until(
    () => {
      const left = holders(directory).filter((holder) => !holder.postmaster);
      // Their shared memory is of no use without the server: nothing is lost by ending them at once.
      for (const { pid } of left) end(pid);
      return left.length === 0 ? true : undefined;
    },
    { timeoutMs, everyMs: 5 },
  );
  if (gone) return;
  throw new PlumblineError(
    "DATA_IN_USE",
    `Processes of a PostgreSQL that was killed still hold ${directory} after ${Math.round(timeoutMs)} ms.`,
    "Look for them with `ps -ef | grep postgres:`. A process that a disk does not answer cannot be ended.",
  );
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/**
 * The PostgreSQL processes of a data directory. All of them have it as their working directory, which, other than a
 * process number, cannot belong to a stranger.
 */
function holders(directory: string): Holder[] {
  return process.platform === "linux" ? holdersByWorkingDirectory(directory) : holdersByFile(directory);
}

/** Those of Linux, where every process tells its working directory. */
export function holdersByWorkingDirectory(directory: string): Holder[] {
  const real = orUndefined(() => realpathSync(directory));
  if (real === undefined) return [];
  const server = recordedPid(directory);
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && orUndefined(() => readlinkSync(`/proc/${pid}/cwd`)) === real)
    .filter((pid) => orUndefined(() => readFileSync(`/proc/${pid}/comm`, "utf8")) === "postgres\n")
    .map((pid) => {
      const command = orUndefined(() => readFileSync(`/proc/${pid}/cmdline`, "utf8")) ?? "";
      // A child that has only just been forked still shows the server's command line, and a process that is ending
      // none. A child may also have got the number that a server before it had.
      return { pid, postmaster: pid === server && command !== "" && !command.startsWith("postgres: ") };
    });
}

/** Without /proc only the postmaster can be told; PostgreSQL itself then refuses to start beside its children. */
function holdersByFile(directory: string): Holder[] {
  const pid = recordedPid(directory);
  if (pid === undefined) return [];
  const { ok, output } = ask("ps", ["-o", "command=", "-p", String(pid)], undefined);
  return ok && output.includes("postgres") && output.includes(directory) ? [{ pid, postmaster: true }] : [];
}

/** The server's process number in the first line of postmaster.pid. */
function recordedPid(directory: string): number | undefined {
  const text = orUndefined(() => readFileSync(join(directory, "postmaster.pid"), "utf8")) ?? "";
  const pid = Number.parseInt(text, 10);
  return pid > 0 ? pid : undefined;
}

/** A process may end between two looks at it, and others' processes are closed to us. */
function orUndefined<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
