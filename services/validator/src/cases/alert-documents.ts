// Alerts in documents, raised of decisions that are in the database.
import { randomUUIDv7 } from "node:crypto";

import type { Session } from "../database/session.ts";
import type { Documents, Transaction } from "../documents/documents.ts";
import { DocumentsUnavailable, isDuplicate } from "../documents/errors.ts";
import { readReviewable } from "./alert-repository.ts";
import { type Reviewable, SYSTEM } from "./case.ts";
import { alertsOf, casesOf, eventsOf, outboxOf } from "./case-collections.ts";
import { type CaseDocument, joinOf, openedBy, targetsOf } from "./case-document.ts";
import type { AlertSink } from "./store.ts";
import { toldOf } from "./told.ts";

export function createAlertDocuments({ run, transact }: Documents): AlertSink {
  /** Those of a page of decisions that have no alert yet. */
  async function withoutAlert(page: readonly Reviewable[]): Promise<Reviewable[]> {
    const ids = page.map(({ id }) => id);
    const raised = await run((db) =>
      alertsOf(db)
        .find({ _id: { $in: ids } })
        .project<{ _id: string }>({ _id: 1 })
        .toArray(),
    );
    const known = new Set(raised.map(({ _id }) => _id));
    return page.filter(({ id }) => !known.has(id));
  }

  return {
    async findReviewable(session: Session, from, limit) {
      const found: Reviewable[] = [];
      // No decision has the very first id of a moment: pages begin above it.
      let after = from;
      for (;;) {
        const page = await readReviewable(session, after, limit);
        if (page.length > 0) found.push(...(await withoutAlert(page)));
        if (found.length >= limit) return found.slice(0, limit);
        if (page.length < limit) return found;
        after = page.at(-1)?.id ?? after;
      }
    },

    async raise(_session, decision, due) {
      const ids = { case: randomUUIDv7(), event: randomUUIDv7() };
      try {
        await transact((transaction) => raised(transaction, decision, { due, ids }));
      } catch (error) {
        // Somebody else has raised it, or an attempt of ours whose outcome nobody told.
        if (!isDuplicate(error)) throw error;
      }
    },
  };
}

async function raised(
  { db, session }: Transaction,
  decision: Reviewable,
  { due, ids }: { due: Date; ids: { case: string; event: string } },
): Promise<void> {
  const { id, outcome, score, decidedAt } = decision;
  let target: CaseDocument | null = null;
  for (const filter of targetsOf(decision)) {
    target ??= await casesOf(db).findOne(filter, { sort: { _id: -1 }, session });
  }
  let after: CaseDocument | null;
  if (target === null) {
    after = openedBy(ids.case, decision, due);
    await casesOf(db).insertOne(after, { session });
  } else {
    const { _id, events } = target;
    after = await casesOf(db).findOneAndUpdate({ _id, events }, joinOf(decision, due), {
      session,
      returnDocument: "after",
    });
    if (after === null) throw new DocumentsUnavailable("another change of the case was quicker");
  }
  const { _id: caseId, events: sequence, account, dueAt } = after;
  const alert = { _id: id, case: caseId, outcome, score, raisedAt: decidedAt };
  await alertsOf(db).insertOne(alert, { session });
  const event = {
    actor: SYSTEM,
    kind: target === null ? "opened" : "alert_added",
    details: { decision: id, outcome, score },
  } as const;
  const place = { _id: ids.event, case: caseId, sequence, at: decidedAt };
  await eventsOf(db).insertOne({ ...place, ...event }, { session });
  const told = toldOf({ id: caseId, dueAt }, event) ?? null;
  await outboxOf(db).insertOne({ ...place, account, told, act: null }, { session });
}
