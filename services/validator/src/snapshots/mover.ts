// Moves snapshots to documents: written there first, on a majority, and only then deleted here. Whoever does it twice, or
// at once with others, writes the same again.
import { setTimeout as delay } from "node:timers/promises";

import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { COLLECTIONS } from "../documents/collections.ts";
import type { Documents } from "../documents/documents.ts";
import { isDuplicate, isFaultOfDocument } from "../documents/errors.ts";
import { type SnapshotDocument, toDocument } from "./document.ts";
import { deleteSnapshots, readSnapshots, type SnapshotRow } from "./repository.ts";

/** Milliseconds between two looks. */
const POLL = 5000;
/** Snapshots that are read at once. */
const PAGE = 50;

export interface MoverParts {
  readonly pool: Pool;
  readonly documents: Documents;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Mover {
  start(): void;
  stop(): Promise<void>;
}

export function createMover({ pool, documents, log }: MoverParts): Mover {
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  let isTroubled = false;

  async function move(): Promise<void> {
    let after: string | undefined;
    for (;;) {
      const rows = await available(() => readSnapshots(pool, after, PAGE));
      const moved: string[] = [];
      for (const row of rows) if (await write(row)) moved.push(row.id);
      if (moved.length > 0) await available(() => deleteSnapshots(pool, moved));
      if (rows.length < PAGE) return;
      after = rows.at(-1)?.id;
    }
  }

  /** Whether it is there now. One that is too large for a document stays in the database. */
  async function write(row: SnapshotRow): Promise<boolean> {
    try {
      await documents.run((db) =>
        db.collection<SnapshotDocument>(COLLECTIONS.snapshots).insertOne(toDocument(row)),
      );
      return true;
    } catch (error) {
      if (isDuplicate(error)) return true;
      if (!isFaultOfDocument(error)) throw error;
      log.warn({ err: error, id: row.id }, "a snapshot stays in the database: it makes no document");
      return false;
    }
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      try {
        await move();
        isTroubled = false;
      } catch (error) {
        // The same trouble, again and again, is logged once.
        if (!isTroubled && !signal.aborted)
          log.warn({ err: error }, "snapshots could not be moved to documents; trying again");
        isTroubled = true;
      }
      await delay(POLL * (0.75 + 0.25 * Math.random()), undefined, { signal }).catch(() => {});
    }
  }

  return {
    start() {
      running = run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
