import type { Position } from "../audit/chain.ts";
import type { Connection, Session } from "../database/session.ts";
import type { DecisionRow } from "./row.ts";
import type { StoredColumns } from "./stored.ts";

/** A decision that is stored, with the key that finds it. */
export type Held = StoredColumns & { idempotency_key: string | null };

export interface Inserted {
  /** The link that holds the new rows; undefined where no row was new. */
  readonly link: { readonly hash: string; readonly stored: number } | undefined;
  /** Whether the commit waited for the standby. */
  readonly isDurable: boolean;
}

/** How one engine writes batches, one at a time. */
export interface Batches {
  /**
   * Inserts the rows that are new, and the link that chains them, in one transaction: there is no row without its link,
   * and a row that was there before is not linked again. Throws ChainTaken.
   */
  insert(connection: Connection, rows: readonly DecisionRow[], position: Position): Promise<Inserted>;
  /**
   * What is stored under these ids and keys. A row can be visible and yet not be on the synchronous standby, as its
   * commit was cut off while it waited: this waits again, for everything that it has seen, and throws where it cannot.
   */
  readBack(connection: Connection, ids: readonly string[], keys: readonly string[]): Promise<Held[]>;
  /** Which of these keys have a decision. */
  findKeys(session: Session, keys: readonly string[]): Promise<string[]>;
}

/** Somebody else has written to a chain that is this process's alone: no fault of the rows, and the next chain is new. */
export class ChainTaken extends Error {
  constructor({ chain, sequence }: Position, cause: unknown) {
    super(`link ${sequence + 1} of chain ${chain} was written by somebody else`, { cause });
  }
}

/** A commit that did not wait for the standby as it should have. */
export class NotReplicated extends Error {
  constructor() {
    super("a commit was cut off before the standby had it");
  }
}
