import { type ChildProcess, spawn, type SpawnOptions, type StdioOptions } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname, join } from "node:path";
import type { ProcessJournal } from "../state/journal.ts";

export interface Launch {
  /** What the process is there for; its log and its journal entry bear this name. */
  readonly role: string;
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** With a channel, the process is one of ours and ends when the supervisor does. */
  readonly channel?: boolean;
  /** Whether it has what systemd gives to a unit, in place of anything of our own environment. */
  readonly asUnit?: boolean;
}

/** Starts the twin's processes: each writes to a log of its own, is journalled, and heads a process group. */
export class Processes {
  readonly #journal: ProcessJournal;
  readonly #logs: string;

  constructor(journal: ProcessJournal, logs: string) {
    this.#journal = journal;
    this.#logs = logs;
    mkdirSync(logs, { recursive: true });
  }

  logFile(role: string): string {
    return join(this.#logs, `${role}.log`);
  }

  /** @returns the child; listen to `error` (it never began) and `exit`. */
  start({ role, command, cwd, env, channel = false, asUnit = false }: Launch): ChildProcess {
    const [program = "", ...args] = command;
    const log = openSync(this.logFile(role), "a", 0o600);
    const stdio: StdioOptions = channel ? ["ignore", log, log, "ipc"] : ["ignore", log, log];
    try {
      return this.journalled(role, program, args, {
        cwd,
        env: { ...(asUnit ? unitEnvironment() : inherited()), ...env },
        stdio,
        detached: true,
      });
    } finally {
      closeSync(log);
    }
  }

  /** Starts a program in a way of the caller's own, and journals it. */
  journalled(role: string, program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
    const child = spawn(program, args, options);
    const { pid } = child;
    if (pid !== undefined) {
      this.#journal.started(pid, role);
      child.once("exit", () => this.#journal.ended(pid));
    }
    return child;
  }

  /** Journals processes that ours have started, and that would not end with them; under a role of their own. */
  adopt(pids: readonly number[], role: string): void {
    this.#journal.adopted(pids, role);
  }

  /** Those of a role are no affair of ours any more. */
  disown(role: string): void {
    this.#journal.forget(role);
  }
}

/** Sends a signal to a process and to all that it has started, its process group. */
export function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch {
    // The group is gone already.
  }
}

/**
 * What a child has of our own environment: where programs are and how text is encoded, and nothing that belongs to the
 * user's shell, so that a service runs the same for everybody. Our Node comes first on its PATH.
 */
function inherited(): Record<string, string> {
  const {
    PATH = "/usr/local/bin:/usr/bin:/bin",
    HOME = "/",
    LANG = "C.UTF-8",
    TMPDIR,
    NODE_COMPILE_CACHE,
  } = process.env;
  return {
    PATH: `${dirname(process.execPath)}:${PATH}`,
    HOME,
    LANG,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
  };
}

/** Where systemd looks for the programs of a unit, whatever anybody's shell says (systemd.exec(5), "$PATH"). */
export const UNIT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** As a container on an instance: our Node stands in for the image's, and nothing is the user's who runs the twin. */
function unitEnvironment(): Record<string, string> {
  const { NODE_COMPILE_CACHE } = process.env;
  return {
    PATH: `${dirname(process.execPath)}:${UNIT_PATH}`,
    HOME: "/",
    LANG: "C.UTF-8",
    // Only makes starts faster.
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
  };
}
