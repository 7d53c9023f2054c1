import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Writes a file such that it is there whole and stays there: under another name first, synced, renamed. */
export async function writeDurably(file: string, bytes: string | Uint8Array): Promise<void> {
  const draft = `${file}.tmp`;
  await using handle = await open(draft, "w", 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
  await renameDurably(draft, file);
}

/** Gives a synced file or folder its name, and has the name on the disk too. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, "r");
    await handle.sync();
  } finally {
    await handle?.close();
  }
}
