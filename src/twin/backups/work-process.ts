import { constants, setPriority } from "node:os";
import { PlumblineError } from "#model/errors.ts";
import type { Spawn } from "#stores/programs.ts";
import type { Failure } from "../failure.ts";
import { ownProgram, packageRoot } from "../package-root.ts";
import type { Processes } from "../processes/processes.ts";
import type { FileWork, FileWorkResults } from "./file-work.ts";
import type { How } from "./store-backups.ts";

type AnswerOf<Kind extends FileWork["kind"]> =
  | { readonly result: FileWorkResults[Kind] }
  | { readonly failure: Failure };

/** Lets a process of its own do a piece of work. */
export interface FileWorker {
  /**
   * @throws PlumblineError what it says itself, or BACKUP_INTERRUPTED where it ended without an answer
   */
  do<Kind extends FileWork["kind"]>(
    work: FileWork & { readonly kind: Kind },
    how: How,
  ): Promise<FileWorkResults[Kind]>;
}

export function fileWorker(processes: Processes): FileWorker {
  return {
    async do(work, { signal, urgent }) {
      type Kind = typeof work.kind;
      signal.throwIfAborted();
      const child = processes.start({
        role: "backup",
        command: [process.execPath, ownProgram("twin/backups/main")],
        cwd: packageRoot,
        env: {},
        channel: true,
      });
      if (!urgent) yieldToOthers(child.pid);
      const { promise, resolve, reject } = Promise.withResolvers<FileWorkResults[Kind]>();
      const stop = () => void child.kill("SIGKILL");
      signal.addEventListener("abort", stop);
      child.once("message", (answer: AnswerOf<Kind>) => {
        if ("result" in answer) return resolve(answer.result);
        const { code: word, message, remedy } = answer.failure;
        reject(new PlumblineError(word, message, remedy));
      });
      child.once("error", reject);
      child.once("exit", (code, name) =>
        reject(signal.aborted ? signal.reason : interrupted(name ?? `code ${code}`)),
      );
      child.send(work, () => {});
      try {
        return await promise;
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

/** Processes that it starts inherit it. */
function yieldToOthers(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already, or may not be changed: then it is no slower than others.
  }
}

/**
 * Starts the server of a restored copy: with the lowest priority where nobody waits for it, and ended when it is called
 * off, because the copy is thrown away then.
 */
export function spawnCopy(processes: Processes, role: string, { signal, urgent }: How): Spawn {
  return (program, args, options) => {
    const child = processes.journalled(role, program, args, options);
    if (!urgent) yieldToOthers(child.pid);
    // PostgreSQL takes its children with it.
    const stop = () => void child.kill("SIGQUIT");
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop);
    child.once("exit", () => signal.removeEventListener("abort", stop));
    return child;
  };
}

function interrupted(how: string): PlumblineError {
  return new PlumblineError(
    "BACKUP_INTERRUPTED",
    `The process that copies data ended with ${how}.`,
    "See `plumbline logs backup`; if the machine is out of memory, run fewer replicas. Then run the command again.",
  );
}
