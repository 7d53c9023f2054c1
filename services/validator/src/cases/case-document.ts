// Cases as documents, and what is asked and written of them: plain data, apart from whoever sends it. Only operators that
// DocumentDB knows: https://docs.aws.amazon.com/documentdb/latest/developerguide/mongo-apis.html
import type { Filter, UpdateFilter } from "mongodb";

import type { Act } from "../audit/acts.ts";
import {
  ALERT_WINDOW,
  type CaseAlert,
  type CaseEvent,
  MOST_ALERTS,
  type NewEvent,
  type Reviewable,
  type StoredCase,
} from "./case.ts";
import type { CaseFilter, Change, Page } from "./store.ts";
import type { Told } from "./told.ts";

export interface CaseDocument extends Omit<StoredCase, "id"> {
  readonly _id: string;
  /** How many events its history has: the place of the next one. */
  readonly events: number;
}

export interface EventDocument extends NewEvent {
  /** Of the operation: tried again, it finds what it has written. */
  readonly _id: string;
  readonly case: string;
  /** 1, 2, 3 ... within the case. */
  readonly sequence: number;
}

export interface AlertDocument extends Omit<CaseAlert, "decision"> {
  /** The decision's id: that makes it one for each decision. */
  readonly _id: string;
  readonly case: string;
}

/** What a change still has to tell the database. It is deleted when the database has it. */
export interface OutboxDocument {
  /** The event's. */
  readonly _id: string;
  readonly case: string;
  readonly sequence: number;
  readonly at: Date;
  readonly account: string | null;
  readonly told: Told | null;
  readonly act: Act | null;
}

export function toCase(document: CaseDocument): StoredCase {
  const { _id, events: _, ...rest } = document;
  return { id: _id, ...rest };
}

export function toEvent({ sequence, at, actor, kind, details }: EventDocument): CaseEvent {
  return { id: String(sequence), at, actor, kind, details };
}

export function toAlert({ _id, outcome, score, raisedAt }: AlertDocument): CaseAlert {
  return { decision: _id, outcome, score, raisedAt };
}

/** Of one case in the order in which it was done. */
export const OUTBOX_ORDER = { case: 1, sequence: 1 } as const;

export function afterEntry(
  last: Pick<OutboxDocument, "case" | "sequence"> | undefined,
): Filter<OutboxDocument> {
  if (last === undefined) return {};
  return { $or: [{ case: { $gt: last.case } }, { case: last.case, sequence: { $gt: last.sequence } }] };
}

/** What `list` asks for. */
export function filterOf({
  state,
  assignee,
  account,
  after,
}: Omit<CaseFilter, "limit">): Filter<CaseDocument> {
  return {
    ...(state === undefined ? {} : { state }),
    ...(assignee === undefined ? {} : { assignee }),
    ...(account === undefined ? {} : { $or: [{ account }, { counterparty: account }] }),
    ...(after === undefined ? {} : { _id: { $lt: after } }),
  };
}

/** What is to be taken next comes first: what is due, and of what is due at once the higher score. */
export const QUEUE_ORDER = { dueAt: 1, score: -1, _id: 1 } as const;

export function eventsAfter(caseId: string, { after }: Pick<Page, "after">): Filter<EventDocument> {
  return { case: caseId, ...(after === undefined ? {} : { sequence: { $gt: Number(after) } }) };
}

export function alertsAfter(caseId: string, { after }: Pick<Page, "after">): Filter<AlertDocument> {
  return { case: caseId, ...(after === undefined ? {} : { _id: { $gt: after } }) };
}

/** The update that a change is. Each one counts an event; a note is the only one that leaves the revision as it is. */
export function updateOf({ work }: Pick<Change, "work">, at: Date): UpdateFilter<CaseDocument> {
  if (work === undefined) return { $inc: { events: 1 } };
  const set: Partial<CaseDocument> =
    work.kind === "outcome"
      ? { state: "closed", outcome: work.outcome, closedBy: work.closedBy, closedAt: at }
      : work.assignee === null
        ? { state: "pending", assignee: null, assignedAt: null }
        : { state: "investigating", assignee: work.assignee, assignedAt: at };
  return { $set: set, $inc: { events: 1, revision: 1 } };
}

/**
 * Open cases that an alert may come to, the better ones first: about the same account, or else the same counterparty.
 * Nothing where the decision names neither.
 */
export function targetsOf({ account, counterparty, decidedAt }: Reviewable): Filter<CaseDocument>[] {
  const open: Filter<CaseDocument> = {
    state: { $in: ["pending", "investigating"] },
    alerts: { $lt: MOST_ALERTS },
    lastAlertAt: { $gt: new Date(decidedAt.getTime() - ALERT_WINDOW) },
  };
  return [
    ...(account === null ? [] : [{ ...open, account }]),
    ...(counterparty === null ? [] : [{ ...open, counterparty }]),
  ];
}

/** The update that a further alert is. */
export function joinOf({ outcome, score, decidedAt }: Reviewable, due: Date): UpdateFilter<CaseDocument> {
  return {
    $inc: { alerts: 1, revision: 1, events: 1 },
    $max: { score, lastAlertAt: decidedAt },
    $min: { dueAt: due },
    ...(outcome === "block_and_review" ? { $set: { severity: outcome } } : {}),
  };
}

/** The case that a decision opens, with its first event. */
export function openedBy(id: string, decision: Reviewable, due: Date): CaseDocument {
  const { outcome, score, account, counterparty, decidedAt } = decision;
  return {
    _id: id,
    state: "pending",
    revision: 1,
    events: 1,
    severity: outcome,
    score,
    account,
    counterparty,
    alerts: 1,
    openedAt: decidedAt,
    lastAlertAt: decidedAt,
    dueAt: due,
    assignee: null,
    assignedAt: null,
    outcome: null,
    closedBy: null,
    closedAt: null,
  };
}
