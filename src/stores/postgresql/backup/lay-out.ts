import { existsSync } from "node:fs";
import { chown, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Account, makeOwned, replaceFile } from "../../account.ts";
import { corrupt } from "../../backup/failures.ts";
import { type Manifest, PACK } from "../../backup/manifest.ts";
import { decompressed, unpack } from "../../backup/unpack.ts";
import { INCOMING, SEALED, SEALED_END } from "./archive.ts";
import { archivedLog } from "./seal.ts";
import { from, gapAfter, isSegment } from "./segments.ts";

/** Writes the data directory of a backup, as it was copied: it is consistent only after recovery. */
export async function layOutData(
  base: { readonly folder: string; readonly manifest: Manifest },
  to: string,
  account: Account | undefined,
): Promise<void> {
  const { folder, manifest } = base;
  makeOwned(to, account);
  for (const path of manifest.directories) {
    await mkdir(join(to, path), { recursive: true, mode: 0o700 });
    if (account) await chown(join(to, path), account.uid, account.gid);
  }
  await unpack(join(folder, PACK), manifest.files, to, account);
  replaceFile(join(to, "backup_label"), manifest.log?.label ?? "", account);
}

/**
 * Writes the log that a restore reads into a folder, from the segment where the backup begins.
 * @param last the last segment that is needed; all that there is if undefined
 * @throws PlumblineError BACKUP_CORRUPT, which names the file that is torn or missing
 */
export async function layOutLog(
  lineage: string,
  log: NonNullable<Manifest["log"]>,
  to: string,
  account: Account | undefined,
  last?: string,
): Promise<void> {
  const { first, segmentBytes } = log;
  const names = from(await archivedLog(lineage), first).filter(
    (name) => last === undefined || !isSegment(name) || name.slice(8) <= last.slice(8),
  );
  if (!names.some((name) => isSegment(name) && name.slice(8) === first.slice(8)))
    throw corrupt(join(lineage, SEALED, first), "it is missing, and the backup begins there");
  const gap = gapAfter(names, first, segmentBytes);
  if (gap !== null)
    throw corrupt(join(lineage, SEALED), `the segment behind position ${gap} of the log is missing`);
  makeOwned(to, account);
  for (const name of names) await layOutOne(lineage, name, join(to, name), segmentBytes, account);
}

async function layOutOne(
  lineage: string,
  name: string,
  to: string,
  segmentBytes: number,
  account: Account | undefined,
): Promise<void> {
  const sealed = join(lineage, SEALED, `${name}${SEALED_END}`);
  const content =
    (existsSync(sealed) ? null : await readIncoming(join(lineage, INCOMING, name))) ??
    (await decompressed(await readFile(sealed), sealed));
  if (isSegment(name) && content.length !== segmentBytes)
    throw corrupt(sealed, `it has ${content.length} bytes in place of ${segmentBytes}`);
  // The empty end of a segment is left to the file system, where it takes no room.
  await writeFile(to, content.subarray(0, endOf(content)), { mode: 0o600 });
  await truncate(to, content.length);
  if (account) await chown(to, account.uid, account.gid);
}

/** Null where it has just been sealed. */
async function readIncoming(file: string): Promise<Buffer | null> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

const BLOCK_BYTES = 8192;
const EMPTY = Buffer.alloc(BLOCK_BYTES);

function endOf(content: Buffer): number {
  let end = content.length;
  while (end >= BLOCK_BYTES && content.subarray(end - BLOCK_BYTES, end).equals(EMPTY)) end -= BLOCK_BYTES;
  return end;
}
