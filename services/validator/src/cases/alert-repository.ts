// Alerts: one for each decision that asks for a review, each in one case.
import { randomUUIDv7 } from "node:crypto";

import type pg from "pg";

import type { Severity } from "./sla.ts";

/** A decision that somebody should look into. */
export interface Reviewable {
  readonly id: string;
  readonly outcome: Severity;
  readonly score: number;
  readonly account: string | null;
  readonly counterparty: string | null;
  readonly decidedAt: Date;
}

export interface Progress {
  /** Decisions of before were read. */
  readonly readTo: Date;
  readonly sweptAt: Date;
  readonly now: Date;
}

/** Until the transaction ends nobody else raises alerts; undefined where somebody does now. */
export async function takeProgress(client: pg.ClientBase): Promise<Progress | undefined> {
  const { rows } = await client.query<Progress>({
    name: "alerts.progress",
    text: `select read_to as "readTo", swept_at as "sweptAt", clock_timestamp() as now
           from alert_progress for update skip locked`,
  });
  return rows[0];
}

export async function saveProgress(client: pg.ClientBase, readTo: Date, sweptAt: Date): Promise<void> {
  await client.query("update alert_progress set read_to = $1, swept_at = $2", [readTo, sweptAt]);
}

/** Decisions from `from` on that no alert was raised of yet, oldest first. */
export async function findReviewable(
  client: pg.ClientBase,
  from: string,
  limit: number,
): Promise<Reviewable[]> {
  const { rows } = await client.query<Reviewable>({
    name: "alerts.reviewable",
    // The condition that is too many is that of the index.
    text: `select id, outcome, coalesce(score, 0) as score, debtor_account as account,
             creditor_account as counterparty, decided_at as "decidedAt"
           from decisions
           where outcome in ('review', 'block_and_review') and outcome <> 'approve' and id >= $1
             and not exists (select from alerts where decision_id = decisions.id)
           order by id limit $2`,
    values: [from, limit],
  });
  return rows;
}

/** Beyond, a case says no more than that somebody must look: the next alert opens another one. */
const MOST_ALERTS = 100;

// The newest open case about the same account, or else the same counterparty; a new one where there is none.
const RAISE = {
  name: "alerts.raise",
  text: `with target as (
           select id from cases
           where state <> 'closed' and alerts < ${MOST_ALERTS} and last_alert_at > $6::timestamptz - $9::interval
             and (account = $4 or counterparty = $5)
           order by (account is not distinct from $4) desc, id desc limit 1 for update
         ), joined as (
           update cases set alerts = alerts + 1, score = greatest(score, $7), due_at = least(due_at, $8),
             severity = case when severity = 'block_and_review' then severity else $3 end,
             last_alert_at = greatest(last_alert_at, $6), revision = revision + 1
           from target where cases.id = target.id returning cases.id
         ), opened as (
           insert into cases (id, state, severity, account, counterparty, opened_at, last_alert_at, score, due_at)
           select $1::uuid, 'pending', $3, $4, $5, $6, $6, $7, $8 where not exists (select from target)
           returning id
         ), found as (
           select id, 'alert_added' as kind from joined union all select id, 'opened' from opened
         ), alert as (
           insert into alerts (decision_id, case_id, outcome, score, raised_at)
           select $2::uuid, id, $3, $7, $6 from found
         )
         insert into case_events (case_id, at, actor, kind, details)
         select id, $6, 'system', kind, json_build_object('decision', $2::uuid, 'outcome', $3::text, 'score', $7::integer)
         from found`,
};

/** Puts the alert of a decision into its case, in the client's transaction. */
export async function raiseAlert(
  client: pg.ClientBase,
  { id, outcome, account, counterparty, decidedAt, score }: Reviewable,
  { due, window }: { due: Date; window: string },
): Promise<void> {
  const values = [randomUUIDv7(), id, outcome, account, counterparty, decidedAt, score, due, window];
  await client.query({ ...RAISE, values });
}
