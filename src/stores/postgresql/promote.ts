import { PlumblineError } from "#model/errors.ts";
import { countdown } from "../wait.ts";
import { inSession } from "./connection.ts";
import type { Access } from "./connection.ts";
import { role, setSynchronousStandbys } from "./replication.ts";

/**
 * Makes a standby the primary and returns once it accepts writes; one that is the primary already stays as it is.
 * It replays everything it has received first, so that no commit it acknowledged is lost. Whoever calls this has made
 * sure that the old primary is gone.
 * https://www.postgresql.org/docs/15/warm-standby-failover.html
 */
export async function promote(standby: Access, timeoutMs = 30_000): Promise<void> {
  const remaining = countdown(timeoutMs);
  if ((await role(standby, remaining())) === "primary") return;
  // Otherwise its first commit would wait for a standby that it does not have.
  await setSynchronousStandbys(standby, "", remaining());
  const promoted = await inSession(standby, remaining(), async (session) => {
    const seconds = Math.max(1, Math.ceil(remaining() / 1000));
    const { rows } = await session.query<{ promoted: boolean }>("SELECT pg_promote(true, $1) AS promoted", [
      seconds,
    ]);
    return rows[0]?.promoted === true;
  });
  if (promoted && (await role(standby, Math.max(remaining(), 100))) === "primary") return;
  throw new PlumblineError(
    "PROMOTION_FAILED",
    `The standby at ${standby.host}:${standby.port} did not become the primary within ${timeoutMs} ms.`,
    "See its log: it may still be replaying, and then the promotion completes later.",
  );
}
