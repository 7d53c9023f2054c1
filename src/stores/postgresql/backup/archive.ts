import { chmodSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Account, makeOpen, makeOwned } from "../../account.ts";
import type { Settings } from "../settings.ts";

/** The folders of a lineage that the log goes to. */
export const INCOMING = "incoming";
export const SEALED = "wal";
/** Behind the name of a file of the log that is compressed. */
export const SEALED_END = ".zst";

/** Makes the folders that a server archives to, and removes what it had not finished. Only while no server runs. */
export function prepareArchive(lineage: string, account: Account | undefined): void {
  const [incoming, sealed] = [join(lineage, INCOMING), join(lineage, SEALED)];
  makeOwned(incoming, account);
  makeOpen(sealed);
  // The server may look whether a file is there, and no more.
  chmodSync(sealed, 0o711);
  for (const name of readdirSync(incoming)) if (name.startsWith(".")) rmSync(join(incoming, name));
}

/**
 * Settings with which a server brings its log to safety, whether or not a supervisor is there: every segment when it is
 * full, and at least once in every interval in which something was written.
 *
 * A standby archives too (`always`): a primary that is lost with its disk has not archived every segment that its standby
 * had received by then. So every file comes twice, and the second time must find the same.
 * https://www.postgresql.org/docs/15/warm-standby.html#CONTINUOUS-ARCHIVING-IN-STANDBY
 *
 * @param lineages the folders that each file goes to, one in each region, made by `prepareArchive`
 * @param everyMs at most this long is something written and not archived; 0 to wait for full segments
 */
export function archiveSettings(lineages: readonly string[], everyMs: number): Settings {
  return {
    archive_mode: "always",
    archive_command: archiveCommand(lineages),
    archive_timeout: `${Math.ceil(everyMs / 1000)}s`,
  };
}

/**
 * Copies a file beside its place, synced, and gives it its name: a file that is there is whole, and stays. One that is
 * there already must be the same. The server tries again what fails, and keeps the log until it succeeds. Few programs
 * are started for it, because on a machine that is overloaded each of them waits.
 * https://www.postgresql.org/docs/15/continuous-archiving.html#BACKUP-ARCHIVING-WAL
 */
export function archiveCommand(lineages: readonly string[]): string {
  const folders = lineages.map((folder) => escaped(shellQuoted(folder)));
  const draft = `"$to/${INCOMING}/.%f.$$"`;
  const place = `"$to/${INCOMING}/%f"`;
  return [
    `for to in ${folders.join(" ")}; do`,
    `if [ -e "$to/${SEALED}/%f${SEALED_END}" ]; then continue; fi;`,
    `if [ -e ${place} ]; then cmp -s "%p" ${place} && continue; exit 1; fi;`,
    `dd if="%p" of=${draft} bs=1048576 conv=fsync 2>/dev/null && mv ${draft} ${place} || exit 1;`,
    "done;",
    // The names have to be on the disk as well.
    `sync ${folders.map((folder) => `${folder}/${INCOMING}`).join(" ")}`,
  ].join(" ");
}

/** In archive_command and restore_command a percent sign begins a placeholder. */
export function escaped(text: string): string {
  return text.replaceAll("%", "%%");
}

export function shellQuoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
