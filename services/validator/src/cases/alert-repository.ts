// Alerts: one for each decision that asks for a review, each in one case.
import { randomUUIDv7 } from "node:crypto";

import type { Session } from "../database/session.ts";
import { emit } from "../events/outbox.ts";
import { ALERT_WINDOW, MOST_ALERTS, type Reviewable, type StoredCase, SYSTEM } from "./case.ts";
import { insertEvent } from "./history-repository.ts";
import { toldOf } from "./told.ts";

export interface Progress {
  /** Decisions of before were read. */
  readonly readTo: Date;
  readonly sweptAt: Date;
  readonly now: Date;
}

const TAKE_PROGRESS = {
  postgresql: `select read_to as "readTo", swept_at as "sweptAt", clock_timestamp() as now
               from alert_progress for update skip locked`,
  mysql: `select read_to as "readTo", swept_at as "sweptAt", sysdate(6) as now
          from alert_progress for update skip locked`,
};

/** Until the transaction ends nobody else raises alerts; undefined where somebody does now. */
export async function takeProgress(session: Session): Promise<Progress | undefined> {
  return (await session.query<Progress>({ name: "alerts.progress", text: TAKE_PROGRESS })).rows[0];
}

export async function saveProgress(session: Session, readTo: Date, sweptAt: Date): Promise<void> {
  await session.query("update alert_progress set read_to = $1, swept_at = $2", [readTo, sweptAt]);
}

// The condition that is too many is that of PostgreSQL's index.
const REVIEWABLE = `select id, outcome, coalesce(score, 0) as score, debtor_account as account,
    creditor_account as counterparty, decided_at as "decidedAt"
  from decisions where outcome in ('review', 'block_and_review') and outcome <> 'approve'`;

/** Decisions from `from` on that no alert was raised of yet, oldest first. */
export async function findReviewable(session: Session, from: string, limit: number): Promise<Reviewable[]> {
  const { rows } = await session.query<Reviewable>({
    name: "alerts.reviewable",
    text: `${REVIEWABLE} and id >= $1 and not exists (select 1 from alerts where decision_id = decisions.id)
           order by id limit $2`,
    values: [from, limit],
  });
  return rows;
}

/** Decisions above `after`, whether or not they have their alert, oldest first: for alerts that are kept elsewhere. */
export async function readReviewable(session: Session, after: string, limit: number): Promise<Reviewable[]> {
  const { rows } = await session.query<Reviewable>({
    name: "alerts.read-reviewable",
    text: `${REVIEWABLE} and id > $1 order by id limit $2`,
    values: [after, limit],
  });
  return rows;
}

/** Puts the alert of a decision into its case, in the session's transaction. */
export async function raiseAlert(session: Session, decision: Reviewable, due: Date): Promise<void> {
  const { id, outcome, decidedAt, score } = decision;
  const target = await findTarget(session, decision);
  const { id: caseId, account } = target ?? { id: randomUUIDv7(), account: decision.account };
  if (target === undefined) await openCase(session, caseId, decision, due);
  else await joinCase(session, caseId, decision, due);
  await session.query({
    name: "alerts.insert",
    text: "insert into alerts (decision_id, case_id, outcome, score, raised_at) values ($1, $2, $3, $4, $5)",
    values: [id, caseId, outcome, score, decidedAt],
  });
  const event = {
    actor: SYSTEM,
    kind: target === undefined ? "opened" : "alert_added",
    details: { decision: id, outcome, score },
  } as const;
  await insertEvent(session, caseId, { ...event, at: decidedAt });
  const told = toldOf({ id: caseId, dueAt: due }, event);
  if (told !== undefined)
    await emit(session, told.kind, { subject: `cases/${caseId}`, account, at: decidedAt }, told.detail);
}

/** The newest open case about the same account, or else the same counterparty. */
async function findTarget(
  session: Session,
  { account, counterparty, decidedAt }: Reviewable,
): Promise<Pick<StoredCase, "id" | "account"> | undefined> {
  const { rows } = await session.query<Pick<StoredCase, "id" | "account">>({
    name: "alerts.find-case",
    text: `select id, account from cases
           where state <> 'closed' and alerts < ${MOST_ALERTS} and last_alert_at > $1
             and (account = $2 or counterparty = $3)
           order by case when account = $2 then 0 else 1 end, id desc limit 1 for update`,
    values: [new Date(decidedAt.getTime() - ALERT_WINDOW), account, counterparty],
  });
  return rows[0];
}

async function openCase(
  session: Session,
  id: string,
  { outcome, account, counterparty, decidedAt, score }: Reviewable,
  due: Date,
): Promise<void> {
  await session.query({
    name: "alerts.open-case",
    text: `insert into cases (id, state, severity, account, counterparty, opened_at, last_alert_at, score, due_at)
           values ($1, 'pending', $2, $3, $4, $5, $5, $6, $7)`,
    values: [id, outcome, account, counterparty, decidedAt, score, due],
  });
}

async function joinCase(
  session: Session,
  id: string,
  { outcome, decidedAt, score }: Reviewable,
  due: Date,
): Promise<void> {
  await session.query({
    name: "alerts.join-case",
    text: `update cases set alerts = alerts + 1, score = greatest(score, $2), due_at = least(due_at, $3),
             severity = case when severity = 'block_and_review' then severity else $4 end,
             last_alert_at = greatest(last_alert_at, $5), revision = revision + 1
           where id = $1`,
    values: [id, score, due, outcome, decidedAt],
  });
}
