import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { identify, isRunning, ProcessIdentity } from "./process-identity.ts";
import type { StateDirectory } from "./state-directory.ts";

/**
 * Makes this process the twin's only supervisor. Returns null when it is, else the process that is.
 * The lock appears whole, by a link: whoever comes second looks again. One left by a dead process is removed first.
 */
export function takeLock(state: StateDirectory): ProcessIdentity | null {
  mkdirSync(state.root, { recursive: true, mode: 0o755 });
  const draft = `${state.lock}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      if (linked(draft, state.lock)) return null;
      const holder = lockHolder(state);
      if (holder) return holder;
      removeStale(state.lock, draft);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The process that has the lock now, or null; one that has just begun has no record yet. */
export function lockHolder(state: StateDirectory): ProcessIdentity | null {
  const owner = whoseIs(state.lock);
  return typeof owner === "object" ? owner : null;
}

export function releaseLock(state: StateDirectory): void {
  rmSync(state.lock, { force: true });
}

/**
 * Removes a lock whose process is gone. Only one process may do so at a time, and it looks once more when it may: else
 * one that has looked too early would remove the lock that another has taken meanwhile.
 */
function removeStale(lock: string, draft: string): void {
  const claim = `${lock}.removal`;
  if (linked(draft, claim)) {
    if (whoseIs(lock) === "nobody") rmSync(lock);
    rmSync(claim, { force: true });
  } else if (whoseIs(claim) === "nobody") {
    // Whoever claimed it was killed in the few instructions above.
    rmSync(claim, { force: true });
  }
}

/** A file that is there with nobody behind it is stale; one that is not there may be about to be written. */
function whoseIs(file: string): ProcessIdentity | "nobody" | "missing" {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return "missing";
  }
  const written = ProcessIdentity.safeParse(parsed(text)).data;
  return written && isRunning(written) ? written : "nobody";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Whether the file got its second name; false where something has that name. */
function linked(file: string, name: string): boolean {
  try {
    linkSync(file, name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}
