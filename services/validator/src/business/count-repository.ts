// Decisions, counted: by slices of days that may still change, and by days that are finished.
import type { Session } from "../database/session.ts";
import { firstIdOf } from "../decisions/ids.ts";
import type { Outcome } from "../transactions/reasons.ts";
import { type Day, dayOf } from "./days.ts";

/** Transactions of one currency and outcome. Volume is minor units. */
export interface Count {
  readonly currency: string;
  readonly outcome: Outcome;
  readonly transactions: bigint;
  readonly volume: bigint;
}

export interface DayCount extends Count {
  readonly day: Day;
}

/** Milliseconds since 1970: everything before is done. */
export interface Progress {
  readonly counted: number;
  readonly checked: number;
  readonly finished: number;
}

interface ProgressRow {
  readonly counted: Date;
  readonly checked: Date;
  readonly finished: Date;
  readonly now: Date;
}

const PROGRESS = `select counted_to as counted, checked_to as checked, finished_to as finished, current_timestamp(6) as now
  from business_progress`;

/** Keeps others from counting until the transaction ends; the first passes over what somebody else has. */
export type Lock = "for update skip locked" | "for update";

/** `now` is of the database's clock: all replicas have the same. */
export async function readProgress(
  session: Session,
  lock: Lock | "" = "",
): Promise<(Progress & { readonly now: number }) | undefined> {
  const [row] = (await session.query<ProgressRow>(`${PROGRESS} ${lock}`)).rows;
  return (
    row && {
      counted: row.counted.getTime(),
      checked: row.checked.getTime(),
      finished: row.finished.getTime(),
      now: row.now.getTime(),
    }
  );
}

export async function saveProgress(session: Session, progress: Progress): Promise<void> {
  await session.query({
    name: "business.save",
    text: "update business_progress set counted_to = $1, checked_to = $2, finished_to = $3",
    values: [new Date(progress.counted), new Date(progress.checked), new Date(progress.finished)],
  });
}

/** The time in the id of the first decision from `from` on; undefined where there is none. */
export async function firstDecision(session: Session, from: number): Promise<number | undefined> {
  const { rows } = await session.query<{ id: string }>({
    name: "business.first",
    text: "select id from decisions where id >= $1 order by id limit 1",
    values: [firstIdOf(from)],
  });
  const [row] = rows;
  return row && Number.parseInt(row.id.slice(0, 13).replace("-", ""), 16);
}

interface CountRow {
  readonly currency: string;
  readonly outcome: Outcome;
  readonly transactions: string;
  readonly volume: string;
}

function toCount({ currency, outcome, transactions, volume }: CountRow): Count {
  return { currency, outcome, transactions: BigInt(transactions), volume: BigInt(volume) };
}

/** What was decided in [from, to), by the times in the ids. */
export async function countDecisions(session: Session, from: number, to: number): Promise<Count[]> {
  const { rows } = await session.query<CountRow>({
    name: "business.count",
    text: `select currency, outcome, count(*) as transactions, sum(amount) as volume
           from decisions where id >= $1 and id < $2 group by currency, outcome`,
    values: [firstIdOf(from), firstIdOf(to)],
  });
  return rows.map(toCount);
}

// PostgreSQL finds the number in the index of the ids alone, MySQL in that of the outcomes: rows are not read for it.
const RANGE = "select count(*) as transactions from decisions where id >= $1 and id < $2";
const NUMBER = {
  postgresql: RANGE,
  mysql: `${RANGE} and outcome in ('approve', 'review', 'block_and_review', 'decline')`,
};

export async function numberOfDecisions(session: Session, from: number, to: number): Promise<bigint> {
  const { rows } = await session.query<{ transactions: string }>({
    name: "business.number",
    text: NUMBER,
    values: [firstIdOf(from), firstIdOf(to)],
  });
  return BigInt(rows[0]?.transactions ?? 0);
}

export async function numberInSlice(session: Session, slice: number): Promise<bigint> {
  const { rows } = await session.query<{ transactions: string | null }>({
    name: "business.slice",
    text: "select sum(transactions) as transactions from business_slices where starts_at = $1",
    values: [new Date(slice)],
  });
  return BigInt(rows[0]?.transactions ?? 0);
}

/** In the place of what was there. */
export async function replaceSlice(session: Session, slice: number, counts: readonly Count[]): Promise<void> {
  const values: unknown[] = [new Date(slice)];
  await session.query("delete from business_slices where starts_at = $1", values);
  if (counts.length === 0) return;
  values.push(dayOf(slice));
  const rows = counts.map(({ currency, outcome, transactions, volume }) => {
    const places = [currency, outcome, String(transactions), String(volume)].map(
      (value) => `$${values.push(value)}`,
    );
    return `($1, $2, ${places.join(", ")})`;
  });
  await session.query(
    `insert into business_slices (starts_at, day, currency, outcome, transactions, volume) values ${rows.join(", ")}`,
    values,
  );
}

/** Slices of the days before this one become days. */
export async function finishDays(session: Session, before: Day): Promise<void> {
  await session.query(
    `insert into business_days (day, currency, outcome, transactions, volume)
     select day, currency, outcome, sum(transactions), sum(volume) from business_slices
     where day < $1 group by day, currency, outcome`,
    [before],
  );
  await session.query("delete from business_slices where day < $1", [before]);
}

/** As if nothing had been counted from the day on that begins at `start`, milliseconds since 1970. */
export async function forgetFrom(session: Session, start: number): Promise<void> {
  const progress = await readProgress(session, "for update");
  await session.query("delete from business_slices where day >= $1", [dayOf(start)]);
  await session.query("delete from business_days where day >= $1", [dayOf(start)]);
  const { counted = start, checked = start, finished = start } = progress ?? {};
  await saveProgress(session, {
    counted: Math.min(counted, start),
    checked: Math.min(checked, start),
    finished: Math.min(finished, start),
  });
}

/** What is stored of the days from the first to the last. */
export async function readDays(session: Session, first: Day, last: Day): Promise<DayCount[]> {
  const { rows } = await session.query<CountRow & { day: Day }>({
    name: "business.days",
    text: `select day, currency, outcome, transactions, volume from business_days where day >= $1 and day <= $2
           union all
           select day, currency, outcome, sum(transactions), sum(volume) from business_slices
           where day >= $1 and day <= $2 group by day, currency, outcome`,
    values: [first, last],
  });
  return rows.map((row) => ({ ...toCount(row), day: row.day }));
}

/**
 * When people signed up for the first time, in [from, to): of the acts, which are never changed, so that somebody whose
 * password was reset is not new.
 */
export async function readSignUps(session: Session, from: number, to: number): Promise<number[]> {
  const { rows } = await session.query<{ at: Date }>({
    name: "business.sign-ups",
    text: `select min(at) as at from audit_events where act = 'person.signed_up'
           group by subject having min(at) >= $1 and min(at) < $2`,
    values: [new Date(from), new Date(to)],
  });
  return rows.map(({ at }) => at.getTime());
}
