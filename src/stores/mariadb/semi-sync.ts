import { PlumblineError } from "#model/errors.ts";
import { countdown } from "../wait.ts";
import { HEARTBEAT } from "./accounts.ts";
import { type Access, inSession, type Session } from "./connection.ts";

/**
 * Makes the primary acknowledge a commit only once its standby has received it, and returns when that is in force. The
 * standby must follow already: a commit that waits proves that it has received everything before it as well.
 * https://mariadb.com/kb/en/semisynchronous-replication/
 */
export async function requireSync(primary: Access, timeoutMs = 10_000): Promise<void> {
  const remaining = countdown(timeoutMs);
  await inSession(primary, remaining(), async (session) => {
    await session.query("SET GLOBAL rpl_semi_sync_master_enabled = 1");
    const before = await statusOf(session);
    await beat(session);
    const after = await statusOf(session);
    if (after.waits && after.clients > 0 && after.confirmed > before.confirmed) return;
    throw new PlumblineError(
      "REPLICATION_TIMEOUT",
      `MariaDB at ${primary.host}:${primary.port} does not wait for its standby.`,
      "See the logs of both; the controller asks again.",
    );
  });
}

/** Lets the primary acknowledge commits on its own, those that wait now included. Returns when it does. */
export async function relaxSync(primary: Access, timeoutMs = 10_000): Promise<void> {
  await inSession(primary, timeoutMs, async (session) => {
    await session.query("SET GLOBAL rpl_semi_sync_master_enabled = 0");
    const [row] = await session.query("SHOW SLAVE STATUS");
    // A commit that would wait proves it.
    if (!row) await beat(session);
  });
}

/**
 * Writes something, so that a standby that was away for a moment confirms up to there: a commit that it has received
 * before, and could not confirm, would otherwise wait for the next one.
 */
export async function nudge(primary: Access, timeoutMs: number): Promise<void> {
  await inSession(primary, timeoutMs, beat);
}

async function beat(session: Session): Promise<void> {
  await session.query(`REPLACE INTO ${HEARTBEAT} VALUES (1, CURRENT_TIMESTAMP(6))`);
}

async function statusOf(session: Session): Promise<{ waits: boolean; clients: number; confirmed: number }> {
  const rows = await session.query<{ Variable_name: string; Value: string }>(
    "SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_%'",
  );
  const value = (name: string) =>
    rows.find((row) => row.Variable_name === `Rpl_semi_sync_master_${name}`)?.Value ?? "";
  return {
    waits: value("status") === "ON",
    clients: Number(value("clients")),
    confirmed: Number(value("yes_tx")),
  };
}
