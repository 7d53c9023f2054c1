import { PlumblineError } from "#model/errors.ts";
import { countdown, until } from "../wait.ts";
import { type Access, inSession, type Session } from "./connection.ts";
import { reaches } from "./position.ts";
import { replicaStatus, type ReplicaStatus } from "./replica.ts";

const LOOKS_EVERY_MS = 5;
/** A transaction that is applied already: strict mode refuses to write it down again. */
const ER_GTID_STRICT_OUT_OF_ORDER = 1950;

/**
 * Makes a standby the primary and returns once it accepts writes; one that is the primary already stays as it is. It
 * first applies everything that it has received, so that no commit which it has confirmed is lost. Whoever calls this has
 * made sure that the old primary is gone.
 * @throws PlumblineError PROMOTION_FAILED; to ask again goes on where this one ended
 */
export async function promote(standby: Access, timeoutMs = 30_000): Promise<void> {
  const remaining = countdown(timeoutMs);
  await inSession(standby, remaining(), async (session) => {
    if (await replicaStatus(session)) {
      await drain(session, standby, remaining);
      await session.query("STOP SLAVE");
      await session.query("RESET SLAVE ALL");
    }
    await openForWrites(session);
  });
}

/** Lets a server take writes, each on the disk before it is acknowledged; it waits for no standby yet. */
export async function openPrimary(primary: Access, timeoutMs: number): Promise<void> {
  await inSession(primary, timeoutMs, openForWrites);
}

async function openForWrites(session: Session): Promise<void> {
  await session.query(
    `SET GLOBAL rpl_semi_sync_slave_enabled = 0, GLOBAL rpl_semi_sync_master_enabled = 0,
       GLOBAL sync_binlog = 1, GLOBAL innodb_flush_log_at_trx_commit = 1`,
  );
  await session.query("SET GLOBAL read_only = 0");
}

/**
 * Waits until everything received is applied. Whoever starts fetching and applying anew throws away what was received and
 * not applied, because it could be fetched again; here nobody has it any more. So applying is started while fetching
 * still runs, and where neither runs, after a crash, it goes on by the place in the files.
 * https://mariadb.com/kb/en/gtid/#using-current_pos-vs-slave_pos
 */
async function drain(session: Session, standby: Access, remaining: () => number): Promise<void> {
  const before = await statusOf(session);
  if (!before.applying && !before.fetching) await byPlace(session, before.relay);
  if (!before.applying) await session.query("START SLAVE SQL_THREAD");
  if (before.fetching) await session.query("STOP SLAVE IO_THREAD");
  let last: ReplicaStatus | undefined;
  const drained = await until(
    async () => {
      last = await statusOf(session);
      if (last.applying) return (await hasApplied(session, last)) || undefined;
      await goOn(session, last);
      return undefined;
    },
    { timeoutMs: remaining(), everyMs: LOOKS_EVERY_MS },
  );
  if (drained) return;
  const why = last?.applyError.message ? `: ${last.applyError.message}` : "";
  throw new PlumblineError(
    "PROMOTION_FAILED",
    `The standby at ${standby.host}:${standby.port} has not applied all that it has received${why}.`,
    "See its log: it may still be applying, and then the promotion completes later.",
  );
}

/**
 * By transaction where it knows what it has received, a part of one not counted: what it says of its own applying may be
 * a moment old. Otherwise it has fetched nothing since it started, and says itself that it came to the end.
 */
async function hasApplied(session: Session, { received, drained }: ReplicaStatus): Promise<boolean> {
  if (received === "") return drained;
  const [row] = await session.query<{ position: string }>("SELECT @@GLOBAL.gtid_slave_pos AS position");
  return reaches(row?.position ?? "", received);
}

/** Applies from the place in the files that was written down last, which may be a transaction behind. */
async function byPlace(session: Session, { file, position }: ReplicaStatus["relay"]): Promise<void> {
  await session.query(
    `CHANGE MASTER TO MASTER_USE_GTID = no, RELAY_LOG_FILE = ?, RELAY_LOG_POS = ${position}`,
    [file],
  );
}

/** What stopped the applying is tried again; what is applied already is passed over. */
async function goOn(session: Session, { applyError }: ReplicaStatus): Promise<void> {
  if (applyError.number === ER_GTID_STRICT_OUT_OF_ORDER)
    await session.query("SET GLOBAL sql_slave_skip_counter = 1");
  await session.query("START SLAVE SQL_THREAD");
}

async function statusOf(session: Session): Promise<ReplicaStatus> {
  const status = await replicaStatus(session);
  if (status) return status;
  throw new PlumblineError(
    "PROMOTION_FAILED",
    "The standby follows nobody any more, in the middle of its promotion.",
    "See its log; the controller asks again.",
  );
}
