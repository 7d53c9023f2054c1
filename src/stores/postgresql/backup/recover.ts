import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { type Account, give, replaceFile } from "../../account.ts";
import { type Target, tooLate } from "../../backup/choose.ts";
import { tailOf } from "../../output.ts";
import type { Programs, Spawn } from "../../programs.ts";
import { type Access, query } from "../connection.ts";
import { SUPERUSER } from "../initialise.ts";
import type { Settings } from "../settings.ts";
import { withSettings } from "../standby.ts";
import { start } from "../start.ts";
import { escaped, shellQuoted } from "./archive.ts";

export interface Recovery {
  readonly store: string;
  readonly programs: Programs;
  readonly account: Account | undefined;
  /** The data directory, laid out. */
  readonly directory: string;
  /** The folder with the log, on the same file system. */
  readonly logFolder: string;
  /** `consistent`: as soon as the copy is in itself consistent, which is enough to try it. */
  readonly target: Target | { readonly kind: "consistent" };
  /** As a server of the store has them. */
  readonly settings: Settings;
  /** The file that the server's log is added to. */
  readonly log: string;
  readonly spawn?: Spawn;
  readonly timeoutMs: number;
}

/** What was recovered, when it is a primary again. */
export interface Recovered {
  /** When the last transaction in it was committed, RFC 3339; null where there was none since the backup. */
  readonly lastCommit: string | null;
}

/**
 * Replays the log up to the target, lets `work` do something with the primary that comes of it, and stops it again. Only
 * whoever may pass through a private folder can reach it meanwhile: it listens on a Unix socket there, without a
 * password, because nobody knows the passwords of that time.
 * https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-PITR-RECOVERY
 * @throws PlumblineError RESTORE_TARGET_TOO_LATE, or as `start`
 */
export async function recover<T>(
  wanted: Recovery,
  work: (access: Access) => Promise<T>,
): Promise<Recovered & { readonly done: T }> {
  const { directory, account, log, programs, spawn, timeoutMs } = wanted;
  const socket = await mkdtemp(join(tmpdir(), "plumbline-"));
  give(socket, account);
  const hba = join(directory, "recovery_hba.conf");
  replaceFile(hba, "local all postgres trust\n", account);
  replaceFile(join(directory, "recovery.signal"), "", account);
  forgetReplication(directory, account);
  const from = existsSync(log) ? statSync(log).size : 0;
  const settings = {
    ...wanted.settings,
    ...recoverySettings(wanted),
    hba_file: hba,
    unix_socket_directories: socket,
  };
  try {
    const place = { directory, host: "", port: PORT, settings, log, timeoutMs };
    const server = await start({ programs, account, ...place, ...(spawn ? { spawn } : {}) }).catch(
      (error: unknown) => {
        throw explained(error, wanted, tailOf(log, from));
      },
    );
    try {
      const access = { host: socket, port: PORT, user: SUPERUSER, password: "", database: "postgres" };
      const [row] = await query<{ at: Date | null }>(
        access,
        timeoutMs,
        "SELECT pg_last_xact_replay_timestamp() AS at",
      );
      return { lastCommit: row?.at?.toISOString() ?? null, done: await work(access) };
    } finally {
      await server.stop("fast", timeoutMs);
    }
  } finally {
    await rm(socket, { recursive: true, force: true });
    rmSync(hba, { force: true });
  }
}

const PORT = 5432;

/**
 * It takes no connections before it has ended recovery (hot_standby off): a start that has succeeded is a recovery that
 * has succeeded. It archives nothing: what it writes is no part of the history that it comes from.
 */
function recoverySettings({ logFolder, target }: Recovery): Settings {
  const folder = escaped(shellQuoted(logFolder));
  return {
    archive_mode: "off",
    hot_standby: "off",
    // A second name for the same file, and no copy of it.
    restore_command: `ln ${folder}/"%f" "%p"`,
    recovery_target_timeline: "latest",
    recovery_target_action: "promote",
    // A file of settings takes offsets, and no abbreviations of time zones.
    ...(target.kind === "time" ? { recovery_target_time: target.time.replace(/Z$/, "+00:00") } : {}),
    ...(target.kind === "consistent" ? { recovery_target: "immediate" } : {}),
  };
}

/** What ALTER SYSTEM has set for the server that was backed up: this one has no standby, and follows nobody. */
function forgetReplication(directory: string, account: Account | undefined): void {
  const file = join(directory, "postgresql.auto.conf");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  const none = { synchronous_standby_names: "", primary_conninfo: "", primary_slot_name: "" };
  replaceFile(file, withSettings(text, none), account);
  rmSync(join(directory, "standby.signal"), { force: true });
}

function explained(error: unknown, { store, target }: Recovery, output: string): unknown {
  if (!(error instanceof PlumblineError) || target.kind !== "time") return error;
  if (!output.includes("recovery ended before configured recovery target was reached")) return error;
  const last = /last completed transaction was at log time (\S+ \S+)/.exec(output)?.[1];
  // The twin's servers log in UTC: `2026-11-21 16:01:02.123456+00`.
  return tooLate(
    store,
    target.time,
    last ? last.replace(" ", "T").replace(/\+00$/, "Z") : "the backup itself",
  );
}
