// The log of events: each has its number for good. Whoever has had number n, by whatever way, goes on with n + 1.
import type { Session } from "../database/session.ts";
import { DECISION_COLUMNS, type DecisionColumns, decisionEvent } from "./decision-event.ts";
import type { Event, LoggedEvent } from "./event.ts";

/** What is put into the log as one row: decisions that were written together, or an event of the outbox. */
export type NewEntry = { readonly decisions: readonly string[] } | { readonly event: Event };

/** Puts entries after number `logged`; the number of the newest event now. */
export async function appendEntries(
  session: Session,
  logged: number,
  entries: readonly NewEntry[],
  at: Date,
): Promise<number> {
  if (entries.length === 0) return logged;
  let last = logged;
  const values: unknown[] = [];
  const rows = entries.map((entry) => {
    const events = "decisions" in entry ? entry.decisions.length : 1;
    last += events;
    const decisions = "decisions" in entry ? JSON.stringify(entry.decisions) : null;
    const row = [last, events, decisions, "event" in entry ? JSON.stringify(entry.event) : null, at];
    return `(${row.map((value) => `$${values.push(value)}`).join(", ")})`;
  });
  await session.query(
    `insert into event_log (last, events, decisions, event, logged_at) values ${rows.join(", ")}`,
    values,
  );
  return last;
}

export interface LogRange {
  /** Only what has a higher number. */
  readonly after: number;
  /** Only up to this number. */
  readonly to: number;
  /** At most as many. */
  readonly limit: number;
  /** Without those of decisions: they are by far the most. */
  readonly withoutDecisions?: boolean;
}

export interface ReadLog {
  /** By number. Those that are no longer kept are left out. */
  readonly events: LoggedEvent[];
  /** All that is asked for is among the events, up to this number. */
  readonly reached: number;
}

interface Entry {
  readonly last: number;
  readonly events: number;
  readonly decisions: readonly string[] | null;
  readonly event: Event | null;
}

export async function readLog(session: Session, range: LogRange): Promise<ReadLog> {
  const { after, to, limit, withoutDecisions = false } = range;
  if (after >= to) return { events: [], reached: after };
  const { rows } = await session.query<Entry>({
    name: withoutDecisions ? "events.log-of-others" : "events.log",
    text: `select last, events, decisions, event from event_log
           where last > $1 ${withoutDecisions ? "and event is not null" : ""} order by last limit $2`,
    values: [after, limit],
    numbers: ["last"],
    json: ["decisions", "event"],
  });
  const wanted = rows.flatMap(numbered).filter(({ number }) => number > after && number <= to);
  const page = wanted.slice(0, limit);
  const isAll = rows.length < limit && wanted.length <= limit;
  const decisions = await readDecisions(
    session,
    page.flatMap(({ decision }) => decision ?? []),
  );
  return {
    events: page.flatMap(({ number, decision, event }) => {
      const found = event ?? decisions.get(decision ?? "");
      return found === undefined ? [] : [{ ...found, number }];
    }),
    reached: isAll ? to : (page.at(-1)?.number ?? to),
  };
}

type Numbered = { readonly number: number; readonly decision?: string; readonly event?: Event };

function numbered({ last, events, decisions, event }: Entry): Numbered[] {
  if (event !== null) return [{ number: last, event }];
  return (decisions ?? []).map((decision, index) => ({ number: last - events + 1 + index, decision }));
}

async function readDecisions(session: Session, ids: readonly string[]): Promise<Map<string, Event>> {
  if (ids.length === 0) return new Map();
  const { rows } = await session.query<DecisionColumns>({
    name: "events.decisions",
    text: `select ${DECISION_COLUMNS} from decisions where id = any($1::uuid[])`,
    values: [ids],
    json: ["reasons"],
  });
  return new Map(rows.map((row) => [row.id, decisionEvent(row)]));
}

/** Ends what is older than `before`, a part at a time; how many entries that were. */
export async function pruneLog(session: Session, before: Date, limit: number): Promise<number> {
  const { rows } = await session.query<{ last: string }>(
    "select last from event_log where logged_at < $1 order by last limit $2",
    [before, limit],
  );
  const last = rows.at(-1)?.last;
  if (last === undefined) return 0;
  await session.query("delete from webhook_deliveries where event <= $1", [last]);
  return (await session.query("delete from event_log where last <= $1", [last])).rowCount;
}

/** When the newest event was put into the log; undefined where it is empty. */
export async function newestLogged(session: Session): Promise<Date | undefined> {
  const { rows } = await session.query<{ at: Date }>(
    "select logged_at as at from event_log order by last desc limit 1",
  );
  return rows[0]?.at;
}
