import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { give, makeOpen } from "../account.ts";
import type { Account } from "../account.ts";
import { reachableBy } from "../reach.ts";
import { isOurs } from "./copies.ts";

const PREFIX = ".install-";
const FORGOTTEN_AFTER_MS = 24 * 60 * 60_000;

/** A folder inside the cache that an installation fills, and from which it renames what is good. */
export interface Staging {
  /** The cache directory that it is in. */
  readonly cache: string;
  readonly directory: string;
}

/**
 * Opens a folder in the first cache directory that we can write and the account can reach.
 * @throws PlumblineError CACHE_UNUSABLE
 */
export async function openStaging(
  directories: readonly string[],
  account: Account | undefined,
): Promise<Staging> {
  const problems: string[] = [];
  for (const cache of directories.map((directory) => resolve(directory))) {
    try {
      makeOpen(cache);
      if (!isOurs(cache)) throw new Error(`${cache} belongs to another user or is writable by others`);
      if (!reachableBy(account, cache)) throw new Error(`${cache} is closed to ${account?.name}`);
      await removeForgotten(cache);
      const directory = mkdtempSync(join(cache, PREFIX));
      chmodSync(directory, 0o755);
      return { cache, directory };
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new PlumblineError(
    "CACHE_UNUSABLE",
    `Plumbline's cache cannot be written: ${problems.join("; ")}.`,
    "Make one of these directories writable for you alone, or name another one in XDG_CACHE_HOME (not as root).",
  );
}

/** What installations left behind that were killed. */
async function removeForgotten(cache: string): Promise<void> {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (!name.startsWith(PREFIX) || !isOurs(path)) continue;
    if (Date.now() - statSync(path).mtimeMs > FORGOTTEN_AFTER_MS)
      await rm(path, { recursive: true, force: true });
  }
}

/** A folder for the account's own files within a staging folder. */
export function scratchIn({ directory }: Staging, account: Account | undefined): string {
  const scratch = join(directory, "scratch");
  mkdirSync(scratch, { mode: 0o700 });
  give(scratch, account);
  return scratch;
}
