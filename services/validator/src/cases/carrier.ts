// What was done with cases in documents is told to the database: its act to the audit chain, its event to the outbox that
// others hear of. The entry was written with the change, and goes once the database has it: nothing is lost whoever dies
// in between, an act is in the chain once, and an event may be told twice under one id.
import { randomUUID } from "node:crypto";

import type { Db } from "mongodb";

import { hasAct, recordAct } from "../audit/acts.ts";
import type { Pool, Session } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { COLLECTIONS } from "../documents/collections.ts";
import type { Documents } from "../documents/documents.ts";
import { createFollower, type Follower } from "../documents/follower.ts";
import { emit } from "../events/outbox.ts";
import type { Instruments } from "../observability/instruments.ts";
import { outboxOf } from "./case-collections.ts";
import { afterEntry, OUTBOX_ORDER, type OutboxDocument } from "./case-document.ts";

export interface CarrierParts {
  readonly documents: Documents;
  readonly pool: Pool;
  readonly instruments: Pick<Instruments, "counter" | "gauge">;
  readonly log: { warn(fields: object, message: string): void; info(fields: object, message: string): void };
}

/** Entries that are read at once. */
const PAGE = 100;

export function createCarrier({ documents, pool, instruments, log }: CarrierParts): Follower {
  const { run } = documents;
  const count = instruments.counter<"kind">(
    "validator_case_changes_total",
    "Changes of cases in documents that were told to the database, by kind.",
  );

  instruments.gauge(
    "validator_case_outbox",
    "Changes of cases in documents that the database was not told of yet.",
    () => run((db) => outboxOf(db).estimatedDocumentCount()),
  );

  async function carry(entry: OutboxDocument): Promise<void> {
    await tell(pool, entry);
    const { deletedCount } = await run((db) => remove(db, entry));
    if (deletedCount > 0) count({ kind: entry.told?.kind ?? entry.act?.act ?? "other" }).inc();
  }

  async function sweep(): Promise<void> {
    let last: OutboxDocument | undefined;
    for (;;) {
      const found = await run((db) => page(db, last));
      for (const entry of found) await carry(entry);
      if (found.length < PAGE) return;
      last = found.at(-1);
    }
  }

  return createFollower<OutboxDocument>({
    documents,
    name: "outbox",
    owner: randomUUID(),
    collection: COLLECTIONS.outbox,
    carry,
    sweep,
    log,
  });
}

function page(db: Db, last: OutboxDocument | undefined): Promise<OutboxDocument[]> {
  return outboxOf(db).find(afterEntry(last)).sort(OUTBOX_ORDER).limit(PAGE).toArray();
}

function remove(db: Db, { _id }: OutboxDocument) {
  return outboxOf(db).deleteOne({ _id });
}

/** Both in one transaction; an entry whose act is in the chain was told before. */
export async function tell(pool: Pool, entry: OutboxDocument): Promise<void> {
  await inTransaction(pool, "write", async (session) => {
    const { _id: id, act } = entry;
    if (act === null || !(await hasAct(session, id))) await write(session, entry);
  });
}

async function write(
  session: Session,
  { _id: id, case: caseId, at, account, told, act }: OutboxDocument,
): Promise<void> {
  // The chain has the time at which it heard of it; the act says when it was done.
  if (act !== null)
    await recordAct(session, { ...act, id, details: { ...act.details, at: at.toISOString() } });
  if (told !== null)
    await emit(session, told.kind, { subject: `cases/${caseId}`, account, id, at }, told.detail);
}
