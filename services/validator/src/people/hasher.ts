import { extname, join } from "node:path";
import { Worker } from "node:worker_threads";

import { Problem } from "../http/problems.ts";
import type { PasswordResult, PasswordTask } from "./password-worker.ts";

/** Hashes passwords beside everything else. Rejects with `sign_in_overloaded` where more wait than are served in time. */
export interface Hasher {
  hash(password: string): Promise<string>;
  matches(password: string, stored: string): Promise<boolean>;
  stop(): Promise<void>;
}

/** Tasks that may wait, a few seconds' worth: a flood beyond is refused at once, and costs nothing. */
const MOST_WAITING = 24;

const PROGRAM = join(import.meta.dirname, `password-worker${extname(import.meta.filename)}`);

interface Waiting {
  readonly task: PasswordTask;
  resolve(result: PasswordResult): void;
  reject(error: Error): void;
}

/** One thread, begun with the first password, does one task at a time: a flood of sign-ins takes no more of the machine. */
export function createHasher(mostWaiting = MOST_WAITING): Hasher {
  const waiting: Waiting[] = [];
  let current: Waiting | undefined;
  let thread: Worker | undefined;
  let stopped = false;

  function begin(): Worker {
    const worker = new Worker(PROGRAM);
    worker.unref();
    worker.on("message", (result: PasswordResult) => {
      current?.resolve(result);
      next();
    });
    // A thread that ended is begun again by the next task; what it was doing is lost.
    const end = (error: Error) => {
      if (thread !== worker) return;
      thread = undefined;
      current?.reject(error);
      next();
    };
    worker.on("error", end);
    worker.on("exit", () => end(new Error("The thread that hashes passwords has ended.")));
    return worker;
  }

  function next(): void {
    current = waiting.shift();
    if (current === undefined) return;
    thread ??= begin();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread's port, not a window
    thread.postMessage(current.task);
  }

  function run(task: PasswordTask): Promise<PasswordResult> {
    if (stopped || waiting.length >= mostWaiting) return Promise.reject(new Problem("sign_in_overloaded"));
    const { promise, resolve, reject } = Promise.withResolvers<PasswordResult>();
    waiting.push({ task, resolve, reject });
    if (current === undefined) next();
    return promise;
  }

  return {
    hash: async (password) => (await run({ password })) as string,
    matches: async (password, stored) => (await run({ password, stored })) as boolean,
    async stop() {
      stopped = true;
      for (const { reject } of waiting.splice(0)) reject(new Problem("sign_in_overloaded"));
      await thread?.terminate();
    },
  };
}
