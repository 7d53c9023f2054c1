import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

import { BucketUnavailable, type Bucket } from "./bucket.ts";

/** A bucket in a folder, which is made when it is first written to. Several processes may share it. */
export function openDirectory(folder: string): Bucket {
  let isSwept = false;
  const fileOf = (key: string) => {
    if (!/^[a-z0-9-]{1,64}$/.test(key)) throw new RangeError(`${JSON.stringify(key)} is no key`);
    return join(folder, key);
  };

  return {
    async put(key, content) {
      const file = fileOf(key);
      const unfinished = join(folder, `.${key}.${randomUUID()}`);
      const handle = await available(async () => {
        await mkdir(folder, { recursive: true });
        if (!isSwept) await sweep(folder);
        isSwept = true;
        return open(unfinished, "wx", 0o600);
      });
      try {
        try {
          for await (const chunk of content) await available(() => writeAll(handle, chunk));
          await available(() => handle.sync());
        } finally {
          await handle.close();
        }
        await available(async () => {
          await rename(unfinished, file);
          await syncFolder(folder);
        });
      } catch (error) {
        await rm(unfinished, { force: true }).catch(() => {});
        throw error;
      }
    },
    async get(key) {
      const handle = await available(() => open(fileOf(key)));
      return createReadStream("", { fd: handle, highWaterMark: 64 * 1024 });
    },
    async delete(key) {
      await available(() => rm(fileOf(key), { force: true }));
    },
    close() {},
  };
}

/** Milliseconds after which nobody goes on with a file that is not finished. */
const ABANDONED = 24 * 3_600_000;

/** Removes what processes have left behind that were killed while they wrote. */
async function sweep(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(".")) continue;
    const file = join(folder, name);
    // Another process may be quicker.
    const { mtimeMs } = await stat(file).catch(() => ({ mtimeMs: Date.now() }));
    if (mtimeMs < Date.now() - ABANDONED) await rm(file, { force: true });
  }
}

async function writeAll(handle: FileHandle, chunk: Buffer): Promise<void> {
  for (let offset = 0; offset < chunk.length;) {
    offset += (await handle.write(chunk, offset)).bytesWritten;
  }
}

/** A new name outlives a loss of power only once its folder is written. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function available<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw error instanceof RangeError ? error : new BucketUnavailable(error);
  }
}
