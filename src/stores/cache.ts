import { createHash } from "node:crypto";
import { constants, chmodSync, lstatSync, mkdtempSync, readFileSync, readdirSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { makeOpen } from "./account.ts";
import type { Account } from "./account.ts";
import { reachableBy } from "./reach.ts";

/** Where copies of programs may go, in order of preference. */
export function cacheDirectories(root = process.getuid?.() === 0, environment = process.env): string[] {
  const temporary = join(tmpdir(), `plumbline-cache-${process.getuid?.() ?? "user"}`);
  if (root) return ["/var/cache/plumbline", temporary];
  return [join(environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "plumbline"), temporary];
}

export interface CachedCopy {
  /** The directory to copy. */
  readonly from: string;
  /** What its copy is called; a hash of the content is added. */
  readonly name: string;
  readonly account: Account | undefined;
  /** Puts the fresh copy in order before anyone sees it. */
  readonly prepare?: (directory: string) => void;
  readonly directories?: readonly string[] | undefined;
}

/**
 * Copies a folder of programs to a place that the account can read, once. Two processes may do this
 * at the same time: each fills a folder of its own and renames it into place, and the second finds the
 * first one's.
 */
export async function cachedCopy(copy: CachedCopy): Promise<string> {
  const name = `${copy.name}-${fingerprint(copy.from)}`;
  const problems: string[] = [];
  for (const directory of copy.directories ?? cacheDirectories()) {
    try {
      makeOpen(resolve(directory));
      assertOurs(directory);
      if (!reachableBy(copy.account, directory))
        throw new Error(`${directory} is closed to ${copy.account?.name}`);
      return await place(copy, directory, name);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  throw new PlumblineError(
    "CACHE_UNUSABLE",
    `${copy.from} cannot be used where it is, and no copy of it could be made: ${problems.join("; ")}.`,
    "Make one of these directories writable, or move the clone to a directory that every user can pass through.",
  );
}

async function place(copy: CachedCopy, directory: string, name: string): Promise<string> {
  const target = join(directory, name);
  if (isOurs(target)) return target;
  const fresh = mkdtempSync(join(directory, ".new-"));
  try {
    // A clone instead of a copy where the file system can: it takes no space and hardly any time.
    await cp(copy.from, fresh, { recursive: true, mode: constants.COPYFILE_FICLONE, verbatimSymlinks: true });
    copy.prepare?.(fresh);
    open(fresh);
    await rename(fresh, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
      assertOurs(target);
    });
    return target;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** A clone that was made with a strict umask is closed to the account file by file. */
function open(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, (lstatSync(path).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
}

function isOurs(directory: string): boolean {
  try {
    assertOurs(directory);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** In a shared folder such as /tmp anyone could have laid programs out for us to run. @throws saying whose it is */
export function assertOurs(directory: string): void {
  const status = lstatSync(directory);
  if (!status.isDirectory()) throw new Error(`${directory} is not a directory`);
  if (status.uid !== process.getuid?.()) throw new Error(`${directory} belongs to another user`);
  if ((status.mode & 0o022) !== 0) throw new Error(`${directory} is writable by other users`);
}

/** Tells one build from another by what the programs are made of and by the name and size of every file. */
function fingerprint(directory: string): string {
  const hash = createHash("sha256");
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }).sort(byPath)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    hash.update(`${path.slice(directory.length)} ${lstatSync(path).size}\n`);
    if (basename(entry.parentPath) === "bin") hash.update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 12);
}

function byPath(a: { parentPath: string; name: string }, b: { parentPath: string; name: string }): number {
  const [left, right] = [join(a.parentPath, a.name), join(b.parentPath, b.name)];
  return left < right ? -1 : Number(left > right);
}
