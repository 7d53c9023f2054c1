import type { StoreBackups } from "../backups/store-backups.ts";
import type { StoreCredentials } from "../rotation/store-credentials.ts";
import type { StoreStatus } from "../status.ts";
import type { StoreNode } from "./replicated-store.ts";

/** Keeps one store of a twin: starts it, keeps it running and replicated, and stops it. */
export interface StoreKeeper {
  readonly name: string;
  /** What stands in for the store: `PostgreSQL 15.18 from npm`; known once it has started. */
  readonly program: string;
  /** Returns when the store takes writes; replicas may still be joining. */
  start(signal: AbortSignal): Promise<void>;
  /** Whether everything that was declared is there: the standby is in sync. */
  readonly isSettled: boolean;
  /** Rejects when waiting for the store is of no use: its disk is full. */
  readonly hopeless: Promise<never>;
  onChange(listener: () => void): void;
  /** The URLs that a service in a zone gets; null where nothing runs that could be reached. */
  urls(zone: string): { readonly writer: string; readonly reader: string } | null;
  status(): StoreStatus | null;
  /** Its servers; none before it has begun to start, and none of a bucket. */
  readonly nodes: readonly StoreNode[];
  /** The id of the server that takes writes; null where there is none. */
  readonly primary: string | null;
  /** Every byte of it is gone, and nothing of it runs. Makes an empty one, where nobody has brought the data back. */
  renew(): Promise<void>;
  /** What services log in to it with, and how that is changed; null where nobody logs in. */
  readonly credentials: StoreCredentials | null;
  /** Its backups; null where it has none. */
  readonly backups: StoreBackups | null;
  stop(): Promise<void>;
}
