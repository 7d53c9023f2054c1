// The thread that hashes passwords, one after the other.
import { setPriority } from "node:os";
import { parentPort } from "node:worker_threads";

import { hashPasswordSync, isPasswordSync } from "./passwords.ts";

/** `stored` is the hash to compare with; without it, one is to be made. */
export interface PasswordTask {
  readonly password: string;
  readonly stored?: string;
}

export type PasswordResult = string | boolean;

// On Linux a priority is the thread's own: decisions come first, however many sign in. Elsewhere it would be the process's.
if (process.platform === "linux") setPriority(19);

parentPort?.on("message", ({ password, stored }: PasswordTask) => {
  const result: PasswordResult =
    stored === undefined ? hashPasswordSync(password) : isPasswordSync(password, stored);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread's port, not a window
  parentPort?.postMessage(result);
});
