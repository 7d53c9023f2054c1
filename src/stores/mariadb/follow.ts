import { countdown } from "../wait.ts";
import { REPLICATION } from "./accounts.ts";
import { type Access, inSession, query } from "./connection.ts";
import { errant } from "./position.ts";

/** Where a replica fetches the log. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** The password of the account for replication. */
  readonly password: string;
}

export type Follow =
  /** With what the primary's log held at this moment. */
  | { readonly follows: true; readonly position: string }
  /** It holds transactions that the primary does not. */
  | { readonly follows: false; readonly errant: readonly string[] };

/**
 * Lets a server that was started as a replica follow the primary from where its own log ends, unless that holds what the
 * primary's does not: an old primary may have written transactions that nobody was told of. What it had received and not
 * applied is fetched again, and nothing of it counts before that.
 * https://mariadb.com/kb/en/gtid/#setting-up-a-new-replica-server-with-global-transaction-id
 */
export async function follow(
  replica: Access,
  primary: Access,
  { host, port, password }: Upstream,
  timeoutMs: number,
): Promise<Follow> {
  const remaining = countdown(timeoutMs);
  return inSession(replica, remaining(), async (session) => {
    const [mine] = await session.query<{ state: string }>("SELECT @@GLOBAL.gtid_binlog_state AS state");
    const [theirs] = await query<{ state: string; position: string }>(
      primary,
      remaining(),
      "SELECT @@GLOBAL.gtid_binlog_state AS state, @@GLOBAL.gtid_binlog_pos AS position",
    );
    const more = errant(mine?.state ?? "", theirs?.state ?? "");
    if (more.length > 0) return { follows: false, errant: more };
    await session.query("STOP SLAVE");
    await session.query("RESET SLAVE ALL");
    await session.query("SET GLOBAL gtid_slave_pos = @@GLOBAL.gtid_binlog_pos");
    await session.query(
      `CHANGE MASTER TO MASTER_HOST = ?, MASTER_PORT = ${port}, MASTER_USER = ?, MASTER_PASSWORD = ?,
         MASTER_CONNECT_RETRY = 1, MASTER_HEARTBEAT_PERIOD = 1, MASTER_USE_GTID = slave_pos`,
      [host, REPLICATION, password],
    );
    await session.query("START SLAVE");
    return { follows: true, position: theirs?.position ?? "" };
  });
}
