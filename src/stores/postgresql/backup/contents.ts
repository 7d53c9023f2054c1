import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CONTROL_FILE, EMPTIED, isLeftOut } from "../copy.ts";

/** What of a data directory is backed up, relative to it; the control file is the last, as recovery needs it. */
export interface Contents {
  readonly directories: readonly string[];
  readonly files: readonly string[];
}

/** Looks through a data directory while its server runs: what vanishes meanwhile is not in it. */
export async function contentsOf(directory: string): Promise<Contents> {
  const [directories, files]: [string[], string[]] = [["pg_wal/archive_status"], []];
  await look(directory, "", directories, files);
  return { directories, files: [...files, CONTROL_FILE] };
}

async function look(root: string, path: string, directories: string[], files: string[]): Promise<void> {
  for (const entry of await entriesOf(join(root, path))) {
    const inside = join(path, entry.name);
    if (inside === CONTROL_FILE || isLeftOut(path, entry.name)) continue;
    const emptied = path === "" && EMPTIED.has(entry.name);
    // pg_wal may be a link to a directory on another disk.
    if (entry.isDirectory() || emptied) {
      directories.push(inside);
      if (!emptied) await look(root, inside, directories, files);
    } else if (entry.isFile()) files.push(inside);
  }
}

async function entriesOf(directory: string): Promise<Dirent[]> {
  try {
    return await readdir(directory, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
