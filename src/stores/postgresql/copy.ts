import { constants } from "node:fs";
import type { Dirent } from "node:fs";
import { chown, copyFile, mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import type { Account } from "../account.ts";

/** Made anew by every server; pg_basebackup leaves out the same. */
export const EMPTIED = new Set(
  "pg_dynshmem pg_notify pg_replslot pg_serial pg_snapshots pg_stat_tmp pg_subtrans pg_wal".split(" "),
);
const LEFT_OUT = new Set(
  "backup_label backup_manifest current_logfiles postmaster.opts postmaster.pid recovery.signal standby.signal tablespace_map".split(
    " ",
  ),
);
const AT_ONCE = 8;

/**
 * Copies a data directory while its server runs, between pg_backup_start and pg_backup_stop. Files may vanish and
 * change meanwhile: recovery replays what was logged since the backup started.
 * https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP
 */
export async function copyData(from: string, to: string, account: Account | undefined): Promise<void> {
  const files: string[] = [];
  await makeDirectories(from, to, "", files, account);
  await owned(join(to, "pg_wal", "archive_status"), account);

  const rest = files.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const file of rest) await unlessVanished(copyOne(join(from, file), join(to, file), account));
    }),
  );
  // The last, as pg_basebackup does: it must not be older than the pages.
  await copyControlFile(join(from, CONTROL_FILE), join(to, CONTROL_FILE), account);
}

export const CONTROL_FILE = "global/pg_control";

/** Copies the segments of the write-ahead log from one to another, and the histories of its timelines. */
export async function copyLog(
  from: string,
  to: string,
  segments: { readonly first: string; readonly last: string },
  account: Account | undefined,
): Promise<void> {
  for (const name of await readdir(join(from, "pg_wal"))) {
    const wanted = /^[0-9A-F]{24}$/.test(name) && name >= segments.first && name <= segments.last;
    if (wanted || name.endsWith(".history"))
      await copyOne(join(from, "pg_wal", name), join(to, "pg_wal", name), account);
  }
}

async function makeDirectories(
  from: string,
  to: string,
  path: string,
  files: string[],
  account: Account | undefined,
): Promise<void> {
  const entries: Dirent[] = (await unlessVanished(readdir(join(from, path), { withFileTypes: true }))) ?? [];
  for (const entry of entries) {
    const inside = join(path, entry.name);
    if (inside === CONTROL_FILE || isLeftOut(path, entry.name)) continue;
    const emptied = path === "" && EMPTIED.has(entry.name);
    // pg_wal may be a link to a directory on another disk.
    if (entry.isDirectory() || emptied) {
      await owned(join(to, inside), account);
      if (!emptied) await makeDirectories(from, to, inside, files, account);
    } else if (entry.isFile()) files.push(inside);
  }
}

export function isLeftOut(path: string, name: string): boolean {
  if (path === "" && (LEFT_OUT.has(name) || name.endsWith(".tmp"))) return true;
  return name.startsWith("pgsql_tmp") || name.startsWith("pg_internal.init");
}

async function owned(directory: string, account: Account | undefined): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if (account) await chown(directory, account.uid, account.gid);
}

async function copyOne(from: string, to: string, account: Account | undefined): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  if (account) await chown(to, account.uid, account.gid);
}

/** The server overwrites this file in place, and it alone has no log to be mended from: read until it stands still. */
async function copyControlFile(from: string, to: string, account: Account | undefined): Promise<void> {
  let content = await readFile(from);
  for (let again = await readFile(from); !again.equals(content); again = await readFile(from)) {
    content = again;
    await turn();
  }
  await writeFile(to, content, { mode: 0o600 });
  if (account) await chown(to, account.uid, account.gid);
}

async function unlessVanished<T>(step: Promise<T>): Promise<T | undefined> {
  try {
    return await step;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
