import type { StoreStatus } from "../status.ts";

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
  /** The URLs that a service in a zone gets. */
  urls(zone: string): { readonly writer: string; readonly reader: string };
  status(): StoreStatus | null;
  stop(): Promise<void>;
}
