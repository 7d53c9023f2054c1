import * as z from "zod";
import { readJson, writePrivately } from "./files.ts";
import { identify, isRunning, ProcessIdentity } from "./process-identity.ts";
import type { StateDirectory } from "./state-directory.ts";

const Entry = ProcessIdentity.extend({ role: z.string() });
const Journal = z.object({ schemaVersion: z.literal(1), processes: z.array(Entry) });

/** A process of a twin and what it is there for: `load-balancer`, `api-1`, `database-a`. */
export type JournalEntry = z.output<typeof Entry>;

/**
 * Which processes a twin has started. It is written before anyone relies on a process, so that whoever comes after a
 * supervisor that was killed knows exactly what is left: by number and start time, never by number alone.
 */
export class ProcessJournal {
  readonly #file: string;
  readonly #entries = new Map<number, JournalEntry>();
  readonly #onError: (error: Error) => void;

  /** @param onError told when the journal could not be written: a full disk must not end what runs. */
  constructor(state: StateDirectory, onError: (error: Error) => void) {
    this.#file = state.journal;
    this.#onError = onError;
  }

  started(pid: number, role: string): void {
    this.adopted([pid], role);
  }

  /** Several at once, with one look at the disk. */
  adopted(pids: readonly number[], role: string): void {
    const identities = pids.flatMap((pid) => identify(pid) ?? []);
    for (const identity of identities) this.#entries.set(identity.pid, { ...identity, role });
    if (identities.length > 0) this.#write();
  }

  ended(pid: number): void {
    if (this.#entries.delete(pid)) this.#write();
  }

  /** Every process of a role has ended, or is seen to by others. */
  forget(role: string): void {
    const pids = [...this.#entries.values()].filter((entry) => entry.role === role).map(({ pid }) => pid);
    for (const pid of pids) this.#entries.delete(pid);
    if (pids.length > 0) this.#write();
  }

  #write(): void {
    try {
      writePrivately(
        this.#file,
        JSON.stringify({ schemaVersion: 1, processes: [...this.#entries.values()] }),
      );
    } catch (error) {
      this.#onError(error as Error);
    }
  }
}

/** The processes of a twin that still run, though nobody supervises them. */
export function leftovers(state: StateDirectory): (JournalEntry & ProcessIdentity)[] {
  const journal = Journal.safeParse(readJson(state.journal)).data;
  return (journal?.processes ?? []).filter(isRunning);
}
