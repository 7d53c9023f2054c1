import { setTimeout as delay } from "node:timers/promises";
import { type JournalEntry, leftovers } from "./journal.ts";
import { identify, isRunning, type ProcessIdentity, signal } from "./process-identity.ts";
import type { StateDirectory } from "./state-directory.ts";

/**
 * What a process is asked with, and how long it may take then. SIGTERM lets a program finish what it does; PostgreSQL
 * would wait for its clients for ever, and ends their sessions on SIGINT. What still runs after both is ended by force.
 */
const REQUESTS = [
  { name: "SIGTERM", patienceMs: 1_000 },
  { name: "SIGINT", patienceMs: 3_000 },
] as const;
/** One that the kernel cannot end, for a disk that does not answer, is not waited for. */
const KILL_PATIENCE_MS = 5_000;

/**
 * Ends what a killed supervisor left behind: first by asking, then by force.
 * @returns the processes that were there.
 */
export async function endLeftovers(state: StateDirectory): Promise<JournalEntry[]> {
  const found = leftovers(state);
  for (const { name, patienceMs } of REQUESTS) {
    for (const process of found.filter(isRunning)) {
      send(process, name);
      // A stopped process acts on nothing but SIGKILL until it is continued.
      send(process, "SIGCONT");
    }
    await ended(found, patienceMs);
  }
  // Also where the head of a group has ended: what it started may not have.
  for (const process of found) send(process, "SIGKILL");
  await ended(found, KILL_PATIENCE_MS);
  return found;
}

/** Returns when none of them runs, or when the time is over. */
async function ended(processes: readonly ProcessIdentity[], withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (processes.some(isRunning) && Date.now() < deadline) await delay(20);
}

function send(process: ProcessIdentity, name: NodeJS.Signals): void {
  signalGroup(process, name);
  signal(process, name);
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
