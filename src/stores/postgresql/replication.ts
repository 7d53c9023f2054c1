import { PlumblineError } from "#model/errors.ts";
import { countdown, until } from "../wait.ts";
import { inSession, query } from "./connection.ts";
import type { Access } from "./connection.ts";

export type Role = "primary" | "standby";

/** One standby, as its primary sees it. */
export interface Replica {
  readonly name: string;
  readonly state: "startup" | "catchup" | "streaming" | "backup" | "stopping";
  readonly sync: "async" | "potential" | "sync" | "quorum";
  /** How much of the log it has not replayed yet. */
  readonly lagBytes: number;
  readonly replayLagMs: number | undefined;
}

const ANSWER_WITHIN_MS = 2000;

/** Whether a server is the primary: one that has been promoted says so itself. */
export async function role(server: Access, timeoutMs = ANSWER_WITHIN_MS): Promise<Role> {
  const [row] = await query<{ standby: boolean }>(server, timeoutMs, "SELECT pg_is_in_recovery() AS standby");
  return row?.standby ? "standby" : "primary";
}

/** https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-PG-STAT-REPLICATION-VIEW */
export async function replicationState(primary: Access, timeoutMs = ANSWER_WITHIN_MS): Promise<Replica[]> {
  return query<Replica & Record<string, unknown>>(
    primary,
    timeoutMs,
    `SELECT application_name AS name, state, sync_state AS sync,
       coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::float8 AS "lagBytes",
       (extract(epoch FROM replay_lag) * 1000)::float8 AS "replayLagMs"
     FROM pg_stat_replication ORDER BY application_name`,
  );
}

/**
 * Makes the primary acknowledge a commit only once this standby has it on disk, and returns when that is in force.
 * https://www.postgresql.org/docs/15/warm-standby.html#SYNCHRONOUS-REPLICATION
 */
export async function requireSync(primary: Access, name: string, timeoutMs = 10_000): Promise<void> {
  const remaining = countdown(timeoutMs);
  // Every commit would wait for a standby that is not there.
  await waitUntilStreaming(primary, name, { timeoutMs: remaining() });
  await setSynchronousStandbys(primary, `"${name.replaceAll('"', '""')}"`, remaining());
  // The checkpointer is who tells commits to wait, and it may be busy when the new setting arrives. A checkpoint that
  // was asked for after that begins only when it has taken the setting over.
  await query(primary, remaining(), "CHECKPOINT");
  await waitUntilStreaming(primary, name, { sync: true, timeoutMs: remaining() });
}

/** Lets the primary acknowledge commits on its own, those that wait now included. Returns when it does. */
export async function relaxSync(primary: Access, timeoutMs = 10_000): Promise<void> {
  const remaining = countdown(timeoutMs);
  await setSynchronousStandbys(primary, "", remaining());
  if ((await role(primary, remaining())) === "standby") return;
  // A commit that would wait proves it, and changes nothing.
  await inSession(primary, remaining(), async (session) => {
    await session.query("SET synchronous_commit = on");
    await session.query("SELECT pg_logical_emit_message(true, 'plumbline', '')");
  });
}

export async function setSynchronousStandbys(
  server: Access,
  names: string,
  timeoutMs: number,
): Promise<void> {
  const remaining = countdown(timeoutMs);
  await inSession(server, remaining(), async (session) => {
    await session.query(`ALTER SYSTEM SET synchronous_standby_names = ${session.escapeLiteral(names)}`);
    await session.query("SELECT pg_reload_conf()");
  });
  // Asked on new connections: the server opens one only after it has told all of its processes to read the new setting.
  const inForce = await until(
    async () => {
      const [row] = await query<{ names: string }>(
        server,
        remaining(),
        "SELECT current_setting('synchronous_standby_names') AS names",
      );
      return row?.names === names ? true : undefined;
    },
    { timeoutMs: remaining() },
  );
  if (inForce) return;
  throw new PlumblineError(
    "REPLICATION_TIMEOUT",
    `PostgreSQL at ${server.host}:${server.port} did not take over synchronous_standby_names within ${timeoutMs} ms.`,
    "See its log: a setting that stands elsewhere in its configuration may be in the way.",
  );
}

/** Waits until a standby has caught up and streams; with `sync`, until commits wait for it. */
export async function waitUntilStreaming(
  primary: Access,
  name: string,
  { sync = false, timeoutMs = 30_000 }: { sync?: boolean; timeoutMs?: number } = {},
): Promise<Replica> {
  const remaining = countdown(timeoutMs);
  let seen: Replica | undefined;
  const found = await until(
    async () => {
      seen = (await replicationState(primary, Math.max(remaining(), 100))).find(
        (replica) => replica.name === name,
      );
      if (seen?.state !== "streaming" || (sync && seen.sync !== "sync" && seen.sync !== "quorum"))
        return undefined;
      return seen;
    },
    { timeoutMs, everyMs: 20 },
  );
  if (found) return found;
  throw new PlumblineError(
    "REPLICATION_TIMEOUT",
    `The standby ${name} did not ${sync ? "become synchronous" : "stream"} within ${Math.round(timeoutMs)} ms: ` +
      `${seen ? `it is in state ${seen.state}, ${seen.sync}` : "it is not connected"}.`,
    "See the standby's log. If the log it needs is gone from the primary, it must be rebuilt.",
  );
}
