// Cases in tables of the database: what belongs together is one transaction.
import { recordAct } from "../audit/acts.ts";
import type { Pool, Session } from "../database/session.ts";
import { available, inTransaction } from "../database/transaction.ts";
import { emit } from "../events/outbox.ts";
import { Problem } from "../http/problems.ts";
import { findReviewable, raiseAlert } from "./alert-repository.ts";
import type { StoredCase } from "./case.ts";
import {
  countOpen,
  findAssignees,
  findCase,
  findCases,
  listCases,
  lockNext,
  readQueue,
  updateAssignee,
  updateOutcome,
} from "./case-repository.ts";
import {
  insertEvent,
  listAlerts,
  listAlertsOf,
  listEvents,
  listEventsOf,
  readClock,
} from "./history-repository.ts";
import type { CaseStore, Change, Changed } from "./store.ts";
import { toldOf } from "./told.ts";

export function createSqlStore(pool: Pool): CaseStore {
  return {
    find: (id) => available(() => findCase(pool, id)),
    findMany: (ids) => available(() => findCases(pool, ids)),
    list: (filter) => available(() => listCases(pool, filter)),
    queue: (limit) => available(() => readQueue(pool, limit)),
    alerts: (caseId, page) => available(() => listAlerts(pool, caseId, page)),
    events: (caseId, page) => available(() => listEvents(pool, caseId, page)),
    alertsOf: (caseIds, limit) => available(() => listAlertsOf(pool, caseIds, limit)),
    eventsOf: (caseIds, limit) => available(() => listEventsOf(pool, caseIds, limit)),
    workload: () => countOpen(pool),
    assignees: () => available(() => findAssignees(pool)),

    takeNext: (actor) =>
      inTransaction(pool, "write", async (session) => {
        const before = await lockNext(session);
        if (before === undefined) return undefined;
        const { stored } = await applied(session, before, {
          work: { kind: "assignee", assignee: actor },
          event: { actor, kind: "assigned", details: { to: actor } },
        });
        return stored;
      }),

    change: (id, decide) =>
      inTransaction(pool, "write", async (session) => {
        const before = await findCase(session, id, "for update");
        if (before === undefined) throw new Problem("case_not_found");
        const change = decide(before);
        return change === undefined ? { stored: before, event: undefined } : applied(session, before, change);
      }),

    alertSink: { findReviewable, raise: raiseAlert },
  };
}

/** The one place where what people do with a case is written. */
async function applied(session: Session, before: StoredCase, change: Change): Promise<Changed> {
  const { work, event, act } = change;
  const stored =
    work === undefined
      ? before
      : work.kind === "assignee"
        ? await updateAssignee(session, before.id, work.assignee)
        : await updateOutcome(session, before.id, work.outcome, work.closedBy);
  const at = await readClock(session);
  await insertEvent(session, before.id, { ...event, at });
  if (act !== undefined) await recordAct(session, act);
  const told = toldOf(stored, event);
  if (told !== undefined) {
    const subject = { subject: `cases/${stored.id}`, account: stored.account, at };
    await emit(session, told.kind, subject, told.detail);
  }
  return { stored, event: { ...event, at } };
}
