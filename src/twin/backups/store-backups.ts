import type { Target } from "#stores/backup/choose.ts";
import type { Manifest } from "#stores/backup/manifest.ts";
import type { Listed } from "#stores/backup/vault.ts";
import type { Address } from "../addresses.ts";
import type { StoreVaults } from "./store-vaults.ts";

/** How a piece of work is done: until it is aborted, and before others where somebody waits for it. */
export interface How {
  readonly signal: AbortSignal;
  readonly urgent: boolean;
}

/** A backup that is about to be restored. */
export type Chosen = Listed & { readonly manifest: Manifest };

/** A restored store that runs beside the one that it is a copy of. */
export interface RestoredServer {
  readonly url: string;
  stop(timeoutMs: number): Promise<unknown>;
}

/** The backups of one store, whatever kind it is. */
export interface StoreBackups {
  readonly store: string;
  readonly kind: Manifest["kind"];
  readonly vaults: StoreVaults;
  /** How often a whole backup is made; null where only by hand. */
  readonly everyMs: number | null;
  /** At most so long is a write in no bucket; null where only whole backups are taken. */
  readonly archiveEveryMs: number | null;
  /** What hinders its backups at the moment. */
  readonly trouble: string | null;
  /** Goes through what has arrived since the last time. */
  tend(): Promise<void>;
  /** Makes a backup, and removes those that are kept no longer. @returns its id. */
  take(how: How): Promise<string>;
  /** Restores a backup into a folder that is removed again. @returns how much was read. */
  tryOut(chosen: Chosen, folder: string, how: How): Promise<Record<string, number>>;
  /** Brings everything that was written by now to the bucket, where the store runs. */
  flush(signal: AbortSignal): Promise<void>;
  /** Restores into a folder, with the passwords of today. @returns when the last change in it was made. */
  restore(chosen: Chosen, target: Target, directory: string, signal: AbortSignal): Promise<string | null>;
  /** Runs a restored folder beside the store. */
  serve(name: string, directory: string, address: Address): Promise<RestoredServer>;
  /** The folder from which the store's primary starts. */
  readonly primaryDirectory: string;
  /** Whether a server of the store runs. */
  readonly isRunning: boolean;
  /** Lets the store itself go on from a folder. @returns where the data before it is. */
  replaceWith(directory: string): Promise<string>;
  /** Notes that the data of the store is another from now on. */
  beginLineage(): void;
}
