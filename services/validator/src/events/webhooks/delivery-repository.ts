// Deliveries that did not succeed: they wait, or are dead letters.
import type { Session } from "../../database/session.ts";
import type { EventKind } from "../kinds.ts";
import type { Waiting } from "./lanes.ts";

/** One that waits. */
export interface WaitingDelivery extends Waiting {
  readonly eventId: string;
  readonly kind: EventKind;
}

/** One that was given up, or that waits after a failure. */
export interface FailedDelivery {
  /** Of the event in the log. */
  readonly number: number;
  readonly eventId: string;
  readonly kind: EventKind;
  readonly attempts: number;
  readonly failedAt: Date | null;
  /** HTTP status of the last answer; null where there was none. */
  readonly status: number | null;
  readonly failure: string | null;
}

const FAILED = `event as number, event_id as "eventId", kind, attempts, failed_at as "failedAt", status, failure`;

/** The oldest that wait. */
export async function listWaiting(
  session: Session,
  webhook: string,
  limit: number,
): Promise<WaitingDelivery[]> {
  type Row = Omit<WaitingDelivery, "nextAt"> & { readonly nextAt: Date | null };
  const { rows } = await session.query<Row>({
    name: "webhooks.waiting",
    text: `select event as number, event_id as "eventId", kind, order_key as "key", attempts, next_at as "nextAt"
           from webhook_deliveries where webhook = $1 and state = 'waiting' order by event limit $2`,
    values: [webhook, limit],
    numbers: ["number"],
  });
  return rows.map(({ nextAt, ...rest }) => ({ ...rest, nextAt: nextAt ?? undefined }));
}

/** HTTP status of a receiver that is there and wants less. */
const TOO_MANY_REQUESTS = 429;

/** What becomes of a delivery that did not succeed. */
export interface Unsuccessful extends WaitingDelivery {
  readonly state: "waiting" | "dead";
  readonly failedAt: Date | undefined;
  readonly status: number | undefined;
  readonly failure: string | undefined;
}

/** In the place of what is there about these events; those that are only `over` are forgotten. */
export async function replaceDeliveries(
  session: Session,
  webhook: string,
  {
    over,
    unsuccessful,
  }: { readonly over: readonly number[]; readonly unsuccessful: readonly Unsuccessful[] },
): Promise<void> {
  const all = [...over, ...unsuccessful.map(({ number }) => number)];
  if (all.length === 0) return;
  await session.query("delete from webhook_deliveries where webhook = $1 and event = any($2::bigint[])", [
    webhook,
    all,
  ]);
  if (unsuccessful.length === 0) return;
  const values: unknown[] = [webhook];
  const rows = unsuccessful.map((each) => {
    const { number, eventId, kind, key, state, attempts, nextAt, failedAt, status, failure } = each;
    const row = [number, eventId, kind, key, state, attempts, nextAt, failedAt, status, failure];
    return `($1, ${row.map((value) => `$${values.push(value)}`).join(", ")})`;
  });
  await session.query(
    `insert into webhook_deliveries (webhook, event, event_id, kind, order_key, state, attempts, next_at, failed_at,
       status, failure)
     values ${rows.join(", ")}`,
    values,
  );
}

/** The receiver is there again: what waits for its time waits no longer, unless the receiver has asked for that. */
export async function hasten(session: Session, webhook: string, now: Date): Promise<void> {
  await session.query(
    `update webhook_deliveries set next_at = $2
     where webhook = $1 and state = 'waiting' and next_at > $2 and coalesce(status, 0) <> ${TOO_MANY_REQUESTS}`,
    [webhook, now],
  );
}

/** Dead letters by number. */
export async function listDead(
  session: Session,
  webhook: string,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<FailedDelivery[]> {
  const { rows } = await session.query<FailedDelivery>({
    text: `select ${FAILED} from webhook_deliveries
           where webhook = $1 and state = 'dead' and event > $2 order by event limit $3`,
    values: [webhook, after, limit],
    numbers: ["number"],
  });
  return rows;
}

const REVIVE = "update webhook_deliveries set state = 'waiting', attempts = 0, next_at = null";

/** One dead letter is to be delivered again; false where there is none. */
export async function reviveOne(session: Session, webhook: string, number: number): Promise<boolean> {
  const text = `${REVIVE} where webhook = $1 and event = $2 and state = 'dead'`;
  return (await session.query(text, [webhook, number])).rowCount === 1;
}

/** All that were given up at `since` or later; how many. */
export async function reviveSince(session: Session, webhook: string, since: Date): Promise<number> {
  const text = `${REVIVE} where webhook = $1 and failed_at >= $2 and state = 'dead'`;
  return (await session.query(text, [webhook, since])).rowCount;
}

/** For metrics: how many wait, and how many are dead letters. */
export async function countDeliveries(session: Session): Promise<Record<"waiting" | "dead", number>> {
  const { rows } = await session.query<{ state: "waiting" | "dead"; count: number }>({
    text: "select state, count(*) as count from webhook_deliveries group by state",
    numbers: ["count"],
  });
  const counts = { waiting: 0, dead: 0 };
  for (const { state, count } of rows) counts[state] = count;
  return counts;
}
