// Cases in documents: a case, its history, and what is still to be told to the database change in one transaction.
import { randomUUIDv7 } from "node:crypto";

import type { Documents, Transaction } from "../documents/documents.ts";
import { DocumentsUnavailable } from "../documents/errors.ts";
import { Problem } from "../http/problems.ts";
import { createAlertDocuments } from "./alert-documents.ts";
import { alertsOf, casesOf, eventsOf, outboxOf } from "./case-collections.ts";
import {
  alertsAfter,
  type CaseDocument,
  eventsAfter,
  filterOf,
  QUEUE_ORDER,
  toAlert,
  toCase,
  toEvent,
  updateOf,
} from "./case-document.ts";
import type { CaseStore, Change, Changed } from "./store.ts";
import { toldOf } from "./told.ts";

/** Times of what people do are those of the replica by `now`. */
export function createDocumentsStore(documents: Documents, now: () => number): CaseStore {
  const { run } = documents;

  /**
   * One operation, done once however often the transaction is begun again: it has an id, which its event bears. An
   * attempt whose commit nobody could tell of may have taken place; then the event is there.
   */
  function once(
    work: (transaction: Transaction, operation: string) => Promise<Changed | undefined>,
  ): Promise<Changed | undefined> {
    const operation = randomUUIDv7();
    return documents.transact(async (transaction) => {
      const done = transaction.attempt > 1 ? await findDone(transaction, operation) : undefined;
      return done ?? work(transaction, operation);
    });
  }

  return {
    find: (id) =>
      run(async (db) => {
        const found = await casesOf(db).findOne({ _id: id });
        return found === null ? undefined : toCase(found);
      }),
    findMany: (ids) =>
      run(async (db) =>
        (
          await casesOf(db)
            .find({ _id: { $in: [...ids] } })
            .toArray()
        ).map(toCase),
      ),
    list: ({ limit, ...filter }) =>
      run(async (db) => {
        const found = casesOf(db).find(filterOf(filter)).sort({ _id: -1 }).limit(limit);
        return (await found.toArray()).map(toCase);
      }),
    queue: (limit) =>
      run(async (db) => {
        const found = casesOf(db).find({ state: "pending" }).sort(QUEUE_ORDER).limit(limit);
        return (await found.toArray()).map(toCase);
      }),
    alerts: (caseId, page) =>
      run(async (db) => {
        const found = alertsOf(db).find(alertsAfter(caseId, page)).sort({ _id: 1 }).limit(page.limit);
        return (await found.toArray()).map(toAlert);
      }),
    events: (caseId, page) =>
      run(async (db) => {
        const found = eventsOf(db).find(eventsAfter(caseId, page)).sort({ sequence: 1 }).limit(page.limit);
        return (await found.toArray()).map(toEvent);
      }),
    alertsOf: (caseIds, limit) =>
      run(async (db) => {
        // A case has few alerts, and never more than a hundred.
        const found = alertsOf(db)
          .find({ case: { $in: [...caseIds] } })
          .sort({ _id: 1 });
        return firstOfEach(await found.toArray(), limit, toAlert);
      }),
    eventsOf: (caseIds, limit) =>
      run(async (db) => {
        const filter = { case: { $in: [...caseIds] }, sequence: { $lte: limit } };
        return firstOfEach(await eventsOf(db).find(filter).sort({ sequence: 1 }).toArray(), limit, toEvent);
      }),

    workload: () =>
      run(async (db) => {
        const count = (filter: object) => casesOf(db).countDocuments(filter);
        const [pending, investigating, overdue] = await Promise.all([
          count({ state: "pending" }),
          count({ state: "investigating" }),
          count({ state: { $in: ["pending", "investigating"] }, dueAt: { $lt: new Date(now()) } }),
        ]);
        return { pending, investigating, overdue };
      }),
    assignees: () =>
      run(async (db) => {
        const found = await casesOf(db).distinct("assignee", { state: "investigating" });
        return found.filter((each) => each !== null);
      }),

    async takeNext(actor) {
      const taken = await once(async (transaction, operation) => {
        const { db, session } = transaction;
        // Two who find the same one: the second is told of the conflict, and looks again.
        const first = await casesOf(db).findOne({ state: "pending" }, { sort: QUEUE_ORDER, session });
        if (first === null) return undefined;
        const change: Change = {
          work: { kind: "assignee", assignee: actor },
          event: { actor, kind: "assigned", details: { to: actor } },
        };
        return applied(transaction, operation, { before: first, change, at: new Date(now()) });
      });
      return taken?.stored;
    },

    async change(id, decide) {
      const changed = await once(async (transaction, operation) => {
        const { db, session } = transaction;
        const before = await casesOf(db).findOne({ _id: id }, { session });
        if (before === null) throw new Problem("case_not_found");
        const stored = toCase(before);
        const change = decide(stored);
        if (change === undefined) return { stored, event: undefined };
        return applied(transaction, operation, { before, change, at: new Date(now()) });
      });
      return changed as Changed;
    },

    alertSink: createAlertDocuments(documents),
  };
}

/** What an attempt before has done, where it has. */
async function findDone({ db, session }: Transaction, operation: string): Promise<Changed | undefined> {
  const event = await eventsOf(db).findOne({ _id: operation }, { session });
  if (event === null) return undefined;
  const stored = await casesOf(db).findOne({ _id: event.case }, { session });
  return stored === null ? undefined : { stored: toCase(stored), event };
}

/** The one place where what people do with a case is written. */
async function applied(
  { db, session }: Transaction,
  operation: string,
  { before, change, at }: { before: CaseDocument; change: Change; at: Date },
): Promise<Changed> {
  const { _id: caseId, events } = before;
  const after = await casesOf(db).findOneAndUpdate(
    // A transaction would be refused where somebody else was quicker; the count of events makes sure.
    { _id: caseId, events },
    updateOf(change, at),
    { session, returnDocument: "after" },
  );
  if (after === null) throw new DocumentsUnavailable("another change of the case was quicker");
  const stored = toCase(after);
  const event = { ...change.event, at };
  const place = { _id: operation, case: caseId, sequence: after.events };
  await eventsOf(db).insertOne({ ...place, ...event }, { session });
  const told = toldOf(stored, event) ?? null;
  const act = change.act ?? null;
  if (told !== null || act !== null)
    await outboxOf(db).insertOne({ ...place, at, account: stored.account, told, act }, { session });
  return { stored, event };
}

function firstOfEach<Found extends { readonly case: string }, Item>(
  found: readonly Found[],
  limit: number,
  itemOf: (each: Found) => Item,
): Map<string, Item[]> {
  const byCase = Map.groupBy(found, (each) => each.case);
  return new Map([...byCase].map(([id, own]) => [id, own.slice(0, limit).map(itemOf)]));
}
