// The collections and their indexes: what migrations are to tables.
import type { Db, IndexDescription } from "mongodb";

import { isThere } from "./errors.ts";
import { enableStream } from "./enable-stream.ts";

/** Names of collections. */
export const COLLECTIONS = {
  cases: "cases",
  alerts: "alerts",
  caseEvents: "case_events",
  /** What was done here and is still to be told to the database: acts of the audit chain, and events. */
  outbox: "outbox",
  /** How far somebody has come who reads on and on, and who that is. */
  positions: "positions",
  snapshots: "snapshots",
} as const;

type Name = (typeof COLLECTIONS)[keyof typeof COLLECTIONS];

/** Every one of a name of its own, so that one that is there is left alone. None is partial: not every version has those. */
export const INDEXES: Readonly<Record<Name, readonly IndexDescription[]>> = {
  cases: [
    { name: "queue", key: { state: 1, dueAt: 1, score: -1, _id: 1 } },
    { name: "of_assignee", key: { assignee: 1, _id: -1 } },
    { name: "by_account", key: { account: 1, _id: -1 } },
    { name: "by_counterparty", key: { counterparty: 1, _id: -1 } },
  ],
  alerts: [{ name: "of_case", key: { case: 1, _id: 1 } }],
  // Unique: two changes of one case never have the same place in its history.
  case_events: [{ name: "of_case", key: { case: 1, sequence: 1 }, unique: true }],
  outbox: [{ name: "in_order", key: { case: 1, sequence: 1 } }],
  positions: [],
  snapshots: [{ name: "of_subject", key: { subject: 1, _id: -1 } }],
};

/** Makes what is missing; any number of replicas may do so at once. */
export async function prepareCollections(db: Db): Promise<void> {
  for (const [name, indexes] of Object.entries(INDEXES)) {
    await db.createCollection(name).catch((error: unknown) => {
      if (!isThere(error)) throw error;
    });
    if (indexes.length > 0) await db.collection(name).createIndexes([...indexes]);
  }
  await enableStream(db, COLLECTIONS.outbox);
}
