// What was done with cases, and the decisions that they are about. Nothing here is ever changed.
import type { Session } from "../database/session.ts";
import type { CaseAlert, CaseEvent, NewEvent } from "./case.ts";
import type { Page } from "./store.ts";

/** Of the statement, not of the transaction: what one transaction does has its order. */
const CLOCK = {
  postgresql: "select clock_timestamp() as at",
  mysql: "select sysdate(6) as at",
};

type EventRow = CaseEvent & { readonly caseId: string };

export async function readClock(session: Session): Promise<Date> {
  return (await session.query<{ at: Date }>({ name: "cases.clock", text: CLOCK })).rows[0]?.at ?? new Date();
}

export async function insertEvent(
  session: Session,
  caseId: string,
  { at, actor, kind, details }: NewEvent,
): Promise<void> {
  await session.query({
    name: "cases.insert-event",
    text: "insert into case_events (case_id, at, actor, kind, details) values ($1, $2, $3, $4, $5)",
    values: [caseId, at, actor, kind, JSON.stringify(details)],
  });
}

const EVENT_COLUMNS = `id, case_id as "caseId", at, actor, kind, details`;

/** In the order in which it was done. */
export async function listEvents(
  session: Session,
  caseId: string,
  { after, limit }: Page,
): Promise<CaseEvent[]> {
  const beyond = after === undefined ? "" : "and id > $3";
  const { rows } = await session.query<EventRow>({
    text: `select ${EVENT_COLUMNS} from case_events where case_id = $1 ${beyond} order by id limit $2`,
    values: [caseId, limit, ...(after === undefined ? [] : [after])],
    json: ["details"],
  });
  return rows.map(toEvent);
}

/** At most `limit` of each case, in the order in which it was done. */
export async function listEventsOf(
  session: Session,
  caseIds: readonly string[],
  limit: number,
): Promise<Map<string, CaseEvent[]>> {
  const { rows } = await session.query<EventRow>({
    text: `select id, "caseId", at, actor, kind, details from (
             select ${EVENT_COLUMNS}, row_number() over (partition by case_id order by id) as place
             from case_events where case_id = any($1::uuid[])
           ) as numbered where place <= $2 order by id`,
    values: [caseIds, limit],
    json: ["details"],
  });
  return grouped(rows, toEvent);
}

function toEvent({ id, at, actor, kind, details }: EventRow): CaseEvent {
  return { id, at, actor, kind, details };
}

type AlertRow = CaseAlert & { readonly caseId: string };

const ALERT_COLUMNS = `decision_id as decision, case_id as "caseId", outcome, score, raised_at as "raisedAt"`;

/** Oldest decision first. */
export async function listAlerts(
  session: Session,
  caseId: string,
  { after, limit }: Page,
): Promise<CaseAlert[]> {
  const beyond = after === undefined ? "" : "and decision_id > $3";
  const { rows } = await session.query<AlertRow>(
    `select ${ALERT_COLUMNS} from alerts where case_id = $1 ${beyond} order by decision_id limit $2`,
    [caseId, limit, ...(after === undefined ? [] : [after])],
  );
  return rows.map(toAlert);
}

/** At most `limit` of each case, oldest decision first. */
export async function listAlertsOf(
  session: Session,
  caseIds: readonly string[],
  limit: number,
): Promise<Map<string, CaseAlert[]>> {
  const { rows } = await session.query<AlertRow>({
    text: `select decision, "caseId", outcome, score, "raisedAt" from (
             select ${ALERT_COLUMNS}, row_number() over (partition by case_id order by decision_id) as place
             from alerts where case_id = any($1::uuid[])
           ) as numbered where place <= $2 order by decision`,
    values: [caseIds, limit],
  });
  return grouped(rows, toAlert);
}

function toAlert({ decision, outcome, score, raisedAt }: AlertRow): CaseAlert {
  return { decision, outcome, score, raisedAt };
}

function grouped<Row extends { readonly caseId: string }, Item>(
  rows: readonly Row[],
  itemOf: (row: Row) => Item,
): Map<string, Item[]> {
  const byCase = Map.groupBy(rows, ({ caseId }) => caseId);
  return new Map([...byCase].map(([caseId, own]) => [caseId, own.map(itemOf)]));
}
