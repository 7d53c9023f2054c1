import type { ChildProcess } from "node:child_process";

/** How a process ended; `error` when it never began. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

export function exitOf(child: ChildProcess): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>();
  child.once("error", (error) => resolve({ code: null, signal: null, error }));
  child.once("exit", (code, signal) => resolve({ code, signal }));
  return promise;
}

/** What happened, in a few words: `ended by SIGKILL`. */
export function describeExit({ code, signal, error }: Exit): string {
  return error?.message ?? (signal === null ? `ended with code ${code}` : `ended by ${signal}`);
}
