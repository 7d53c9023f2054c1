// What was done with cases, and the decisions that they are about. Nothing here is ever changed.
import type pg from "pg";

import type { Severity } from "./sla.ts";

export const EVENT_KINDS = ["opened", "alert_added", "assigned", "released", "noted", "closed"] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface CaseEvent {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly kind: EventKind;
  readonly details: Record<string, unknown>;
}

export interface CaseAlert {
  readonly decision: string;
  readonly outcome: Severity;
  readonly score: number;
  readonly raisedAt: Date;
}

type Page = { readonly after: string | undefined; readonly limit: number };

export async function insertEvent(
  client: pg.ClientBase,
  caseId: string,
  { actor, kind, details }: Pick<CaseEvent, "actor" | "kind" | "details">,
): Promise<CaseEvent> {
  const { rows } = await client.query<CaseEvent>(
    `insert into case_events (case_id, at, actor, kind, details) values ($1, clock_timestamp(), $2, $3, $4)
     returning id, at, actor, kind, details`,
    [caseId, actor, kind, JSON.stringify(details)],
  );
  return rows[0] as CaseEvent;
}

/** In the order in which it was done. */
export async function listEvents(
  pool: pg.Pool,
  caseId: string,
  { after, limit }: Page,
): Promise<CaseEvent[]> {
  const { rows } = await pool.query<CaseEvent>(
    `select id, at, actor, kind, details from case_events
     where case_id = $1 and ($2::bigint is null or id > $2) order by id limit $3`,
    [caseId, after, limit],
  );
  return rows;
}

/** Oldest decision first. */
export async function listAlerts(
  pool: pg.Pool,
  caseId: string,
  { after, limit }: Page,
): Promise<CaseAlert[]> {
  const { rows } = await pool.query<CaseAlert>(
    `select decision_id as decision, outcome, score, raised_at as "raisedAt" from alerts
     where case_id = $1 and ($2::uuid is null or decision_id > $2) order by decision_id limit $3`,
    [caseId, after, limit],
  );
  return rows;
}
