import { countdown, until } from "../wait.ts";
import { query } from "./connection.ts";
import type { Access } from "./connection.ts";
import { replicationState } from "./replication.ts";

export type CatchUp = "streaming" | "must-be-rebuilt" | "not-yet";

/** How long a standby may stand still, without a connection, before what it lacks counts as gone. */
const STANDS_STILL_MS = 600;

/**
 * Waits until a standby that was away streams again, or until it is plain that it never will: the primary has removed
 * the log that it needs next. An old primary that has gone another way than the new one is not told apart here: it is
 * copied again in any case.
 * https://www.postgresql.org/docs/15/warm-standby.html#STREAMING-REPLICATION
 */
export async function catchUp(
  primary: Access,
  standby: Access,
  name: string,
  timeoutMs: number,
): Promise<CatchUp> {
  const remaining = countdown(timeoutMs);
  let stuck: { at: string; since: number } | undefined;
  const found = await until<CatchUp>(
    async () => {
      const replica = (await replicationState(primary, budget(remaining()))).find(
        (each) => each.name === name,
      );
      if (replica?.state === "streaming") return "streaming";
      const at = await position(standby, budget(remaining()));
      // It first replays what it has itself, and that moves; a standby that receives is not lost either.
      if (replica?.state === "catchup" || !(await isGone(primary, at, budget(remaining()))))
        stuck = undefined;
      else if (stuck?.at !== at) stuck = { at: at, since: performance.now() };
      else if (performance.now() - stuck.since > STANDS_STILL_MS) return "must-be-rebuilt";
      return undefined;
    },
    { timeoutMs, everyMs: 50 },
  );
  return found ?? "not-yet";
}

function budget(remainingMs: number): number {
  return Math.max(100, Math.min(remainingMs, 2000));
}

/** Up to where the standby has the log. */
async function position(standby: Access, timeoutMs: number): Promise<string> {
  const [row] = await query<{ lsn: string }>(
    standby,
    timeoutMs,
    "SELECT greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::text AS lsn",
  );
  return row?.lsn ?? "0/0";
}

/** Whether the primary no longer has the log from there on. A segment's name begins with its timeline. */
async function isGone(primary: Access, lsn: string, timeoutMs: number): Promise<boolean> {
  const [row] = await query<{ gone: boolean }>(
    primary,
    timeoutMs,
    `SELECT substr(pg_walfile_name($1::pg_lsn), 9) < min(substr(name, 9)) AS gone
     FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'`,
    [lsn],
  );
  return row?.gone === true;
}
