// What administrative acts have changed: the parts put together.
import type { FastifyBaseLogger } from "fastify";

import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { COLLECTIONS } from "../documents/collections.ts";
import type { Documents } from "../documents/documents.ts";
import type { FastifyTypeBox } from "../http/types.ts";
import { fromDocument, type SnapshotDocument } from "./document.ts";
import { createMover } from "./mover.ts";
import { listSnapshots, type SnapshotRow } from "./repository.ts";
import { snapshotRoutes } from "./routes.ts";

export interface SnapshotsParts {
  readonly pool: Pool;
  /** Undefined where there is no store of documents: they stay in the database. */
  readonly documents: Documents | undefined;
  readonly log: FastifyBaseLogger;
}

export interface Snapshots {
  routes(app: FastifyTypeBox): void;
  start(): void;
  stop(): Promise<void>;
}

/** What is asked for: of one subject, newest first. */
export interface SnapshotPage {
  readonly subject: string;
  readonly after: string | undefined;
  readonly limit: number;
}

export function createSnapshots({ pool, documents, log }: SnapshotsParts): Snapshots {
  const mover = documents && createMover({ pool, documents, log });

  /** The database is asked first: what is moved meanwhile is in both answers, and counts once. */
  async function list(page: SnapshotPage): Promise<SnapshotRow[]> {
    const here = await available(() => listSnapshots(pool, page));
    const there = documents === undefined ? [] : await documents.run((db) => find(db, page));
    const byId = new Map([...there, ...here].map((row) => [row.id, row]));
    return [...byId.values()].toSorted((a, b) => (a.id < b.id ? 1 : -1)).slice(0, page.limit);
  }

  return {
    routes: (app) => snapshotRoutes(app, { list }),
    start: () => mover?.start(),
    stop: async () => mover?.stop(),
  };
}

async function find(
  db: Parameters<Parameters<Documents["run"]>[0]>[0],
  { subject, after, limit }: SnapshotPage,
): Promise<SnapshotRow[]> {
  const filter = { subject, ...(after === undefined ? {} : { _id: { $lt: after } }) };
  const found = db.collection<SnapshotDocument>(COLLECTIONS.snapshots).find(filter);
  return (await found.sort({ _id: -1 }).limit(limit).toArray()).map(fromDocument);
}
