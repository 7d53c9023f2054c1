import { setTimeout as delay } from "node:timers/promises";
import { type JournalEntry, leftovers } from "./journal.ts";
import { identify, isRunning, type ProcessIdentity, signal } from "./process-identity.ts";
import type { StateDirectory } from "./state-directory.ts";

/** PostgreSQL ends at once on SIGQUIT, with its backends; everything else on SIGTERM. */
const PATIENCE_MS = 3_000;

/**
 * Ends what a killed supervisor left behind: first by asking, then by force.
 * @returns the processes that were there.
 */
export async function endLeftovers(state: StateDirectory): Promise<JournalEntry[]> {
  const found = leftovers(state);
  for (const process of found) {
    // A stopped process acts on nothing but SIGKILL until it is continued.
    for (const name of ["SIGTERM", "SIGCONT"] as const) {
      signalGroup(process, name);
      signal(process, name);
    }
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (found.some(isRunning) && Date.now() < deadline) await delay(20);
  for (const process of found) {
    signalGroup(process, "SIGKILL");
    signal(process, "SIGKILL");
  }
  while (found.some(isRunning)) await delay(20);
  return found;
}

/**
 * Most of our processes head a group, in which is whatever they have started. A group outlives its head, and keeps the
 * head's number from being given to a stranger.
 */
function signalGroup({ pid, startedAt }: ProcessIdentity, name: NodeJS.Signals): void {
  const now = identify(pid);
  if (now && now.startedAt !== startedAt) return;
  try {
    process.kill(-pid, name);
  } catch {
    // It heads none, or the group is gone.
  }
}
