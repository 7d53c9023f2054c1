import { createHash } from "node:crypto";
import { closeSync, fchownSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { zstdDecompress } from "node:zlib";
import type { Account } from "../account.ts";
import { corrupt } from "./failures.ts";
import type { PackedFile } from "./pack.ts";

const decompress = promisify(zstdDecompress);
const AT_ONCE = 4;

/** The content of a Zstandard frame. @throws PlumblineError BACKUP_CORRUPT, which names the file that it is from */
export async function decompressed(bytes: Uint8Array, file: string): Promise<Buffer> {
  try {
    return await decompress(bytes);
  } catch (error) {
    throw corrupt(file, (error as Error).message, error);
  }
}

/**
 * Writes the files of a pack into a folder whose subfolders are there, and compares each with its checksum. They are not
 * synced: a restore that a power cut spoils is done again.
 * @throws PlumblineError BACKUP_CORRUPT, which names the file
 */
export async function unpack(
  packFile: string,
  files: readonly PackedFile[],
  to: string,
  account: Account | undefined,
): Promise<void> {
  const source = openSync(packFile, "r");
  const rest = files.values();
  const write = async () => {
    for (const file of rest) await writeOne(source, packFile, file, join(to, file.path), account);
  };
  const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, write));
  closeSync(source);
  for (const { status, reason } of all as PromiseRejectedResult[]) if (status === "rejected") throw reason;
}

async function writeOne(
  source: number,
  packFile: string,
  { path, bytes, sha256, offset, stored }: PackedFile,
  to: string,
  account: Account | undefined,
): Promise<void> {
  const name = `${path} in ${packFile}`;
  const hash = createHash("sha256");
  let written = 0;
  const target = openSync(to, "wx", 0o600);
  try {
    for (let at = offset; at < offset + stored;) {
      const length = readExactly(source, at, 4, name).readUInt32LE();
      if (at + 4 + length > offset + stored) throw corrupt(name, "a chunk is longer than the file");
      const chunk = await decompressed(readExactly(source, at + 4, length, name), name);
      hash.update(chunk);
      written += writeAll(target, chunk);
      at += 4 + length;
    }
    if (account) fchownSync(target, account.uid, account.gid);
  } finally {
    closeSync(target);
  }
  if (written !== bytes) throw corrupt(name, `it has ${written} bytes in place of ${bytes}`);
  if (hash.digest("hex") !== sha256) throw corrupt(name, "its checksum differs");
}

function readExactly(source: number, at: number, length: number, name: string): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  if (readSync(source, bytes, 0, length, at) < length) throw corrupt(name, "the pack ends before it");
  return bytes;
}

function writeAll(target: number, bytes: Buffer): number {
  let written = 0;
  while (written < bytes.length) written += writeSync(target, bytes, written);
  return written;
}
