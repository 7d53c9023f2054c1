import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { readJson } from "./files.ts";
import { identify, isRunning, type ProcessIdentity } from "./process-identity.ts";
import type { StateDirectory } from "./state-directory.ts";

const Identity = z.object({ pid: z.int(), startedAt: z.string() });

/**
 * Makes this process the twin's only supervisor. Returns null when it is, else the process that is.
 * The lock appears whole, by a link, and one left by a dead process is taken away by a rename: whoever loses either
 * race looks again.
 */
export function takeLock(state: StateDirectory): ProcessIdentity | null {
  mkdirSync(state.root, { recursive: true, mode: 0o755 });
  const draft = `${state.lock}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(draft, state.lock);
        return null;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = Identity.safeParse(readJson(state.lock)).data;
      if (holder && isRunning(holder)) return holder;
      removeStale(state.lock);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

export function releaseLock(state: StateDirectory): void {
  rmSync(state.lock, { force: true });
}

function removeStale(lock: string): void {
  const aside = `${lock}.stale.${process.pid}`;
  try {
    renameSync(lock, aside);
  } catch {
    return;
  }
  rmSync(aside, { force: true });
}
