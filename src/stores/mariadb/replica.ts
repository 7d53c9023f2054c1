import type { Session } from "./connection.ts";

/** What a replica says of how it follows. */
export interface ReplicaStatus {
  /** Whether it fetches from its primary at this moment, and not only tries to. */
  readonly receives: boolean;
  /** Whether its threads that fetch and apply are alive at all. */
  readonly fetching: boolean;
  readonly applying: boolean;
  /** Whether it has applied everything that it has received. */
  readonly drained: boolean;
  /** Up to where it has received whole transactions; empty before it has fetched for the first time. */
  readonly received: string;
  /** Where its applying stands in what it has received. */
  readonly relay: { readonly file: string; readonly position: number };
  readonly receiveError: { readonly number: number; readonly message: string };
  readonly applyError: { readonly number: number; readonly message: string };
}

/** The text is the server's own, and the only place where it says so. */
const DRAINED = /has read all relay log/;

/** Null of a server that follows nobody. https://mariadb.com/kb/en/show-replica-status/ */
export async function replicaStatus(session: Session): Promise<ReplicaStatus | null> {
  const [row] = await session.query("SHOW SLAVE STATUS");
  if (!row) return null;
  const text = (name: string) => String(row[name] ?? "");
  const error = (which: string) => ({
    number: Number(row[`Last_${which}_Errno`] ?? 0),
    message: text(`Last_${which}_Error`),
  });
  return {
    receives: text("Slave_IO_Running") === "Yes",
    fetching: text("Slave_IO_Running") !== "No",
    applying: text("Slave_SQL_Running") === "Yes",
    drained: DRAINED.test(text("Slave_SQL_Running_State")),
    received: text("Gtid_IO_Pos"),
    relay: { file: text("Relay_Log_File"), position: Number(row["Relay_Log_Pos"] ?? 0) },
    receiveError: error("IO"),
    applyError: error("SQL"),
  };
}

/** The primary no longer has the log that the replica asks for, or never had it. */
const ER_MASTER_FATAL_ERROR_READING_BINLOG = 1236;

/** Why a replica can never follow with the data that it has; null where nothing says so. */
export function lostReplica({ receiveError, applying, applyError }: ReplicaStatus): string | null {
  if (receiveError.number === ER_MASTER_FATAL_ERROR_READING_BINLOG) return receiveError.message;
  if (!applying && applyError.number !== 0) return applyError.message;
  return null;
}
