import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { constants, zstdCompress } from "node:zlib";
import * as z from "zod";

/** One file of a backup, and where in the pack it is. */
export const PackedFile = z.object({
  /** Relative to the folder that was backed up. */
  path: z.string(),
  bytes: z.int().min(0),
  /** Of its content, in hexadecimal. */
  sha256: z.string(),
  offset: z.int().min(0),
  /** How many bytes of the pack it takes. */
  stored: z.int().min(0),
});
export type PackedFile = z.output<typeof PackedFile>;

const compress = promisify(zstdCompress);
const FAST = {
  params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 },
};
const CHUNK_BYTES = 2 ** 20;
/** How many chunks are compressed while one is written: memory is bounded, and every processor has something to do. */
const AHEAD = 8;

/** A Zstandard frame with a checksum of its content (RFC 8878). */
export function compressed(bytes: Uint8Array): Promise<Buffer> {
  return compress(bytes, FAST);
}

/**
 * Writes files into one pack (in a process whose only work this is: it blocks while it reads): thousands of small files cost one sync and not thousands. The content of a file is a row of
 * chunks of at most a mebibyte, each as its length (four bytes, little endian) and a Zstandard frame.
 *
 * @param files relative to `from`; those that vanish meanwhile are left out
 * @param steady files that are overwritten in place: read again until they stand still
 */
export async function pack(
  from: string,
  files: readonly string[],
  to: string,
  steady: readonly string[] = [],
): Promise<PackedFile[]> {
  const writer = new PackWriter(await open(to, "wx", 0o600));
  try {
    for (const path of files) {
      const file = join(from, path);
      if (steady.includes(path)) await writer.add(path, [await readSteadily(file)]);
      else await addFile(writer, path, file);
    }
    return await writer.finish();
  } finally {
    await writer.close();
  }
}

async function addFile(writer: PackWriter, path: string, file: string): Promise<void> {
  let descriptor: number;
  try {
    descriptor = openSync(file, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw error;
  }
  try {
    await writer.add(path, chunksOf(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

/** Read at once and not in the background: of a thousand small files, the turns would take longer than the reading. */
function* chunksOf(descriptor: number): Generator<Buffer> {
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const length = readSync(descriptor, chunk);
    if (length === 0) return;
    yield chunk.subarray(0, length);
  }
}

async function readSteadily(file: string): Promise<Buffer> {
  let content = await readFile(file);
  for (let again = await readFile(file); !again.equals(content); again = await readFile(file)) {
    content = again;
    await turn();
  }
  return content;
}

interface Draft {
  readonly path: string;
  bytes: number;
  sha256: string;
  offset: number | null;
  stored: number;
}

class PackWriter {
  readonly #handle: FileHandle;
  readonly #files: Draft[] = [];
  readonly #waiting: { readonly file: Draft; readonly frame: Promise<Buffer> }[] = [];
  #end = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async add(path: string, chunks: Iterable<Buffer>): Promise<void> {
    const file: Draft = { path, bytes: 0, sha256: "", offset: null, stored: 0 };
    const hash = createHash("sha256");
    for (const chunk of chunks) {
      file.bytes += chunk.length;
      hash.update(chunk);
      const frame = compressed(chunk);
      // Whoever waits for it hears of its failure.
      frame.catch(() => {});
      this.#waiting.push({ file, frame });
      if (this.#waiting.length > AHEAD) await this.#writeNext();
    }
    file.sha256 = hash.digest("hex");
    this.#files.push(file);
  }

  /** Returns when everything is on the disk. */
  async finish(): Promise<PackedFile[]> {
    while (this.#waiting.length > 0) await this.#writeNext();
    await this.#handle.sync();
    return this.#files.map((file) => ({ ...file, offset: file.offset ?? 0 }));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  async #writeNext(): Promise<void> {
    const next = this.#waiting.shift();
    if (!next) return;
    const frame = await next.frame;
    const length = Buffer.alloc(4);
    length.writeUInt32LE(frame.length);
    await this.#handle.writeFile(length);
    await this.#handle.writeFile(frame);
    next.file.offset ??= this.#end;
    next.file.stored += length.length + frame.length;
    this.#end += length.length + frame.length;
  }
}
