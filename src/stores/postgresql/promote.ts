import { PlumblineError } from "#model/errors.ts";
import { countdown, until } from "../wait.ts";
import { inSession } from "./connection.ts";
import type { Access, Session } from "./connection.ts";
import { setSynchronousStandbys } from "./replication.ts";

/** A promotion takes some ten milliseconds. */
const PROMOTED_EVERY_MS = 5;

/**
 * Makes a standby the primary and returns once it accepts writes; one that is the primary already stays as it is.
 * It replays everything it has received first, so that no commit it acknowledged is lost. Whoever calls this has made
 * sure that the old primary is gone.
 * https://www.postgresql.org/docs/15/warm-standby-failover.html
 */
export async function promote(standby: Access, timeoutMs = 30_000): Promise<void> {
  const remaining = countdown(timeoutMs);
  const promoted = await inSession(standby, remaining(), async (session) => {
    const { isStandby, waitsFor } = await look(session);
    if (!isStandby) return true;
    // Its first commit would wait for a standby that it does not have.
    if (waitsFor !== "") await setSynchronousStandbys(standby, "", remaining());
    await session.query("SELECT pg_promote(false)");
    // Waiting itself, the server would look ten times a second.
    return until(async () => ((await look(session)).isStandby ? undefined : true), {
      timeoutMs: remaining(),
      everyMs: PROMOTED_EVERY_MS,
    });
  });
  if (promoted) return;
  throw new PlumblineError(
    "PROMOTION_FAILED",
    `The standby at ${standby.host}:${standby.port} did not become the primary within ${timeoutMs} ms.`,
    "See its log: it may still be replaying, and then the promotion completes later.",
  );
}

async function look(session: Session): Promise<{ isStandby: boolean; waitsFor: string }> {
  const { rows } = await session.query<{ isStandby: boolean; waitsFor: string }>(
    `SELECT pg_is_in_recovery() AS "isStandby", current_setting('synchronous_standby_names') AS "waitsFor"`,
  );
  return rows[0] as { isStandby: boolean; waitsFor: string };
}
