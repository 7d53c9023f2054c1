import { existsSync, statSync } from "node:fs";
import { copyFile, mkdir, open, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Account, give, makeOwned, replaceFile } from "../../account.ts";
import { writeDurably } from "../../backup/durable.ts";
import { SNAPSHOT } from "./snapshot.ts";

/** As Redis names them unless it is told otherwise. */
const FOLDER = "appendonlydir";
const MANIFEST = "appendonly.aof.manifest";

/**
 * Copies what an append-only file has gained. Redis 7 writes one in parts, and a part only ever grows: what a manifest
 * names is copied from where the copy ends, and then the manifest itself. Where Redis rewrites the file meanwhile, what the
 * next manifest names is copied.
 * https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/#append-only-file
 * @returns whether there was one
 */
export async function copyAppendOnly(directory: string, to: string): Promise<boolean> {
  const from = join(directory, FOLDER);
  let manifest = await readManifest(from);
  if (manifest === null) return false;
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (;;) {
    try {
      await copyParts(from, to, manifest);
      return true;
    } catch (error) {
      const next = await readManifest(from);
      const isRewritten = (error as NodeJS.ErrnoException).code === "ENOENT" && next !== manifest;
      if (!isRewritten || next === null) throw error;
      manifest = next;
    }
  }
}

function readManifest(from: string): Promise<string | null> {
  return readFile(join(from, MANIFEST), "utf8").catch(() => null);
}

async function copyParts(from: string, to: string, manifest: string): Promise<void> {
  const parts = partsOf(manifest);
  for (const part of parts) await copyGain(join(from, part), join(to, part));
  await writeDurably(join(to, MANIFEST), manifest);
  for (const name of await readdir(to))
    if (name !== MANIFEST && !parts.includes(name)) await rm(join(to, name));
}

/** `file appendonly.aof.1.incr.aof seq 1 type i` */
function partsOf(manifest: string): string[] {
  return [...manifest.matchAll(/^file (\S+) seq \d+ type [bi]/gm)].map(([, name]) => name as string);
}

async function copyGain(from: string, to: string): Promise<void> {
  await using source = await open(from, "r");
  await using target = await open(to, "a", 0o600);
  const [{ size: there }, { size: start }] = [await source.stat(), await target.stat()];
  // A file that is shorter than its copy is another one of that name.
  if (there < start) return copyFile(from, to);
  const stream = source.createReadStream({ start, autoClose: false });
  let gained = false;
  for await (const chunk of stream) {
    await target.writeFile(chunk as Buffer);
    gained = true;
  }
  if (gained) await target.sync();
}

/** Whether a copy is there from which a Redis can start. */
export function hasAppendOnly(copy: string): boolean {
  return existsSync(join(copy, MANIFEST));
}

/** When a copy was last found to be all that there was, RFC 3339. */
export function appendOnlyTime(copy: string): string {
  return statSync(join(copy, MANIFEST)).mtime.toISOString();
}

/** Puts a copied append-only file where a Redis starts from. Its end may be torn: Redis leaves that out. */
export async function placeAppendOnly(
  copy: string,
  directory: string,
  account: Account | undefined,
): Promise<void> {
  const to = join(directory, FOLDER);
  makeOwned(directory, account);
  makeOwned(to, account);
  for (const name of await readdir(copy)) {
    await copyFile(join(copy, name), join(to, name));
    give(join(to, name), account);
  }
}

/**
 * Lets a Redis with an append-only file start from a snapshot: without one of its parts it would begin empty. The base of
 * an append-only file is a snapshot.
 */
export async function beginAppendOnly(directory: string, account: Account | undefined): Promise<void> {
  const to = join(directory, FOLDER);
  makeOwned(to, account);
  const base = "appendonly.aof.1.base.rdb";
  await copyFile(join(directory, SNAPSHOT), join(to, base));
  give(join(to, base), account);
  replaceFile(join(to, MANIFEST), `file ${base} seq 1 type b\n`, account);
}
