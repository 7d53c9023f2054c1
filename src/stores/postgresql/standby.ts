import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { makeOwned, replaceFile } from "../account.ts";
import type { Account } from "../account.ts";
import { REPLICATION_ROLE } from "./configure.ts";
import { inSession } from "./connection.ts";
import type { Access, Session } from "./connection.ts";
import { copyData, copyLog } from "./copy.ts";
import { assertReplaceable } from "./initialise.ts";
import { clearLeftovers } from "./leftovers.ts";
import { failure } from "./output.ts";
import { settingsText } from "./settings.ts";

/** Where a standby gets its log from, and under which name it is known there. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  /** The password of the replication role. */
  readonly password: string;
  /** The standby's own name: its application_name, by which synchronous_standby_names finds it. */
  readonly name: string;
  /** A replication slot on the primary that keeps the log until this standby has it. */
  readonly slot?: string;
}

export interface StandbyCopy {
  /** The superuser's access to the server that is copied. */
  readonly primary: Access;
  /** That server's data directory. */
  readonly from: string;
  /** The standby's data directory; what is there is replaced. */
  readonly to: string;
  readonly account: Account | undefined;
  readonly upstream: Upstream;
  readonly timeoutMs?: number;
}

/**
 * Makes a standby's data directory as a copy of a running primary, ready to start. An old primary joins again in the
 * same way. The copy is made beside its place: what is there stays until the copy is whole.
 * https://www.postgresql.org/docs/15/warm-standby.html#STANDBY-SERVER-SETUP
 */
export async function makeStandby(wanted: StandbyCopy): Promise<void> {
  const { primary, from, to, account, upstream, timeoutMs = 300_000 } = wanted;
  assertReplaceable(to);
  await clearLeftovers(to, 5000);
  const fresh = `${to}.copying`;
  try {
    await rm(fresh, { recursive: true, force: true });
    makeOwned(fresh, account);
    await inSession(primary, timeoutMs, async (session) => {
      assertNoTablespaces(from);
      if (upstream.slot) await ensureSlot(session, upstream.slot);
      await backUp(session, from, fresh, account);
    });
    follow(fresh, upstream, account);
    await rm(to, { recursive: true, force: true });
    renameSync(fresh, to);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== "ENOSPC" && code !== "EDQUOT") throw error;
    throw failure(`${from} could not be copied to ${to}.`, `${message} (No space left on device)`);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Copies the data and the log that was written meanwhile, so that the copy is consistent by itself: the primary may
 * remove that log before the standby first asks for it.
 * https://www.postgresql.org/docs/15/functions-admin.html#FUNCTIONS-ADMIN-BACKUP
 */
async function backUp(
  session: Session,
  from: string,
  to: string,
  account: Account | undefined,
): Promise<void> {
  // A temporary slot keeps the log for as long as this session lasts.
  const slot = `plumbline_copy_${randomUUID().replaceAll("-", "_")}`;
  await session.query("SELECT pg_create_physical_replication_slot($1, true, true)", [slot]);
  const { rows: begin } = await session.query<{ first: string }>(
    "SELECT pg_walfile_name(pg_backup_start('plumbline', true)) AS first",
  );
  await copyData(from, to, account);
  const { rows: end } = await session.query<{ label: string; last: string }>(
    "SELECT labelfile AS label, pg_walfile_name(lsn) AS last FROM pg_backup_stop(false)",
  );
  const [{ first } = { first: "" }] = begin;
  const [{ label, last } = { label: "", last: "" }] = end;
  await copyLog(from, to, { first, last }, account);
  replaceFile(join(to, "backup_label"), label, account);
}

const PASSWORD_FILE = "replication.pgpass";

/**
 * Points a data directory at its upstream and makes it a standby.
 * https://www.postgresql.org/docs/15/runtime-config-replication.html#RUNTIME-CONFIG-REPLICATION-STANDBY
 */
export function follow(directory: string, upstream: Upstream, account: Account | undefined): void {
  const { host, port, password, name, slot } = upstream;
  // A file, because pg_stat_wal_receiver and the configuration show what stands in primary_conninfo. Relative, because
  // the server's working directory is its data directory: data that moves keeps working.
  replaceFile(
    join(directory, PASSWORD_FILE),
    `*:*:*:${REPLICATION_ROLE}:${escapedForPasswordFile(password)}\n`,
    account,
  );
  const connection = {
    host,
    port,
    user: REPLICATION_ROLE,
    passfile: PASSWORD_FILE,
    application_name: name,
    sslmode: "disable",
    connect_timeout: 2,
    keepalives_idle: 2,
    keepalives_interval: 1,
    keepalives_count: 3,
    ...(process.platform === "linux" ? { tcp_user_timeout: 3000 } : {}),
  };
  const settings = {
    primary_conninfo: Object.entries(connection)
      .map(([key, value]) => `${key}=${quotedForConnection(value)}`)
      .join(" "),
    primary_slot_name: slot ?? "",
    // Copied from a primary that waits for its standby, it would make this one wait for nobody once it is promoted.
    synchronous_standby_names: "",
  };
  const file = join(directory, "postgresql.auto.conf");
  replaceFile(file, withSettings(existsSync(file) ? readFileSync(file, "utf8") : "", settings), account);
  replaceFile(join(directory, "standby.signal"), "", account);
}

/** Keeps what ALTER SYSTEM has set otherwise. It writes one setting a line, `name = 'value'`. */
export function withSettings(text: string, settings: Record<string, string>): string {
  const kept = text
    .split("\n")
    .filter((line) => line !== "" && !Object.hasOwn(settings, line.split(" ", 1).join()));
  return `${kept.map((line) => `${line}\n`).join("")}${settingsText(settings)}`;
}

/** https://www.postgresql.org/docs/15/libpq-connect.html#id-1.7.3.8.3.5 */
function quotedForConnection(value: string | number): string {
  return `'${String(value).replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** https://www.postgresql.org/docs/15/libpq-pgpass.html */
function escapedForPasswordFile(password: string): string {
  return password.replaceAll(/[\\:]/g, String.raw`\$&`);
}

async function ensureSlot(session: Session, slot: string): Promise<void> {
  const { rowCount } = await session.query("SELECT FROM pg_replication_slots WHERE slot_name = $1", [slot]);
  if (rowCount === 0) await session.query("SELECT pg_create_physical_replication_slot($1, true)", [slot]);
}

export function assertNoTablespaces(directory: string): void {
  const [first] = readdirSync(join(directory, "pg_tblspc"));
  if (first === undefined) return;
  throw new PlumblineError(
    "TABLESPACES_UNSUPPORTED",
    `The database in ${directory} has a tablespace (${first}) outside its data directory.`,
    "Move its tables to pg_default and drop it. RDS keeps all tablespaces on one volume as well.",
  );
}
