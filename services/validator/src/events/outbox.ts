// The outbox: an event is written in the transaction of what happened, so that neither is there without the other.
import { randomUUIDv7 } from "node:crypto";

import type { Session } from "../database/session.ts";
import { type Event, eventTime, orderKey } from "./event.ts";
import type { Detail, EventKind } from "./kinds.ts";

/** What an event is about. */
export interface Subject {
  /** Such as `cases/<id>`. */
  readonly subject: string;
  /** The debtor's account, where there is one: its events are told in their order. */
  readonly account?: string | null;
  /** Of the event, where it is told again after an attempt whose outcome is unknown. */
  readonly id?: string;
  readonly at?: Date;
}

/** Makes an event of what the transaction does; it is told once that is committed, and not otherwise. */
export async function emit<Kind extends EventKind>(
  session: Session,
  kind: Kind,
  { subject, account = null, id = randomUUIDv7(), at = new Date() }: Subject,
  detail: Detail<Kind>,
): Promise<void> {
  const event: Event = {
    id,
    kind,
    key: orderKey(account, subject),
    time: eventTime(at),
    resources: [subject],
    detail,
  };
  await session.query({
    name: "events.emit",
    text: "insert into event_outbox (event) values ($1)",
    values: [JSON.stringify(event)],
  });
}

export interface OutboxRow {
  readonly number: string;
  readonly event: Event;
}

/**
 * The oldest rows that may be told. In PostgreSQL those of transactions below the oldest one in progress, as the links
 * of decisions are read: an event comes after the decisions that were committed before it.
 */
export async function readOutbox(session: Session, limit: number): Promise<OutboxRow[]> {
  const { rows } = await session.query<OutboxRow>({
    name: "events.outbox",
    text: {
      postgresql: `select number, event from event_outbox
        where transaction_id < pg_snapshot_xmin(pg_current_snapshot())::text::bigint order by number limit $1`,
      mysql: "select number, event from event_outbox order by number limit $1",
    },
    values: [limit],
    json: ["event"],
  });
  return rows;
}

/** Whether anything waits there. */
export async function hasOutbox(session: Session): Promise<boolean> {
  const { rows } = await session.query({
    name: "events.has-outbox",
    text: "select number from event_outbox limit 1",
  });
  return rows.length > 0;
}

export async function deleteOutbox(session: Session, rows: readonly OutboxRow[]): Promise<void> {
  if (rows.length === 0) return;
  const numbers = rows.map(({ number }) => number);
  await session.query("delete from event_outbox where number = any($1::bigint[])", [numbers]);
}

/** For metrics. */
export async function countOutbox(session: Session): Promise<number> {
  const { rows } = await session.query<{ count: number }>({
    text: "select count(*) as count from event_outbox",
    numbers: ["count"],
  });
  return rows[0]?.count ?? 0;
}
