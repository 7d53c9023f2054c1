// What stands in for PostgreSQL's transaction numbers in MySQL. Whoever writes a link holds a shared lock on an epoch
// until the transaction ends, and the link has the epoch's number. An epoch is deleted only by who has locked it alone:
// by then all links with its number are committed, or will never be, and none can come. So everything below the
// smallest epoch that is left is there to stay: whatever clocks say, however long a commit waits, and if a writer dies,
// its locks end with its transaction. Writers never wait for each other, nor for whoever begins an epoch.
import type { Session } from "../database/session.ts";

export interface Entered {
  /** The epoch's number: the link's transaction id. */
  readonly epoch: string;
  /** The database's clock, in microseconds since 1970. */
  readonly at: string;
}

/** Takes part in the newest epoch until the transaction ends. Only on MySQL. */
export const ENTER = `select number as epoch, timestampdiff(microsecond, '1970-01-01', utc_timestamp(6)) as at
  from audit_epochs order by number desc limit 1 lock in share mode`;

export async function enterEpoch(session: Session): Promise<Entered> {
  return entered((await session.query<Entered>(ENTER)).rows);
}

/** Where somebody has emptied the table, the next anchor begins a new epoch. */
export function entered(rows: readonly Entered[]): Entered {
  const [row] = rows;
  if (row === undefined) throw new Error("audit_epochs has no epoch");
  return row;
}

const NEWEST = `select max(number) as newest, exists (
    select 1 from audit_links where transaction_id >= (select max(number) from audit_epochs)
  ) as used from audit_epochs`;

/** A write of no consequence; once its commit was acknowledged by a replica, so is all that was visible before. */
export const BEGIN_EPOCH = "insert into audit_epochs () values ()";

/**
 * Moves the horizon up to the present: begins an epoch where the newest one has links, and deletes those that nobody
 * takes part in any more. Nothing waits; what is still in use is left for the next time. PostgreSQL does it by itself.
 */
export async function settleEpochs(session: Session): Promise<void> {
  if (session.engine === "postgresql") return;
  let { newest, used } = (await session.query<{ newest: string | null; used: number }>(NEWEST)).rows[0] ?? {};
  if (newest === null || newest === undefined || used !== 0) {
    await session.query(BEGIN_EPOCH);
    newest = (await session.query<{ newest: string }>("select max(number) as newest from audit_epochs"))
      .rows[0]?.newest;
  }
  const { rows } = await session.query<{ number: string }>(
    "select number from audit_epochs where number < $1 for update skip locked",
    [newest],
  );
  // Whoever should have locked one of them meanwhile is waited for.
  if (rows.length > 0)
    await session.query("delete from audit_epochs where number = any($1)", [
      rows.map(({ number }) => number),
    ]);
}
