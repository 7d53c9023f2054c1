import { setTimeout as delay } from "node:timers/promises";
import { type JournalEntry, leftovers } from "./journal.ts";
import { signal } from "./process-identity.ts";
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
    signal(process, "SIGTERM");
    signal(process, "SIGCONT");
  }
  const deadline = Date.now() + PATIENCE_MS;
  while (leftovers(state).length > 0 && Date.now() < deadline) await delay(20);
  for (const process of leftovers(state)) signal(process, "SIGKILL");
  while (leftovers(state).length > 0) await delay(20);
  return found;
}
