import { createHash } from "node:crypto";
import { realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Account } from "./account.ts";

/** What of a directory's status decides who may pass through it. */
export interface Permissions {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Whether an account may pass through every one of these directories. Access lists are not looked at. */
export function mayPass(directories: readonly Permissions[], account: Pick<Account, "uid" | "gid">): boolean {
  return directories.every(({ mode, uid, gid }) => {
    if (uid === account.uid) return (mode & 0o100) !== 0;
    if (gid === account.gid) return (mode & 0o010) !== 0;
    return (mode & 0o001) !== 0;
  });
}

/**
 * Whether the account can reach a directory. A clone in root's home or in a 0700 folder looks fine to
 * root and is closed to the user that runs the database. Of a directory that does not exist yet, only
 * the part that exists counts. Without an account everything runs as ourselves and is reachable.
 */
export function reachableBy(account: Account | undefined, directory: string): boolean {
  return account === undefined || mayPass(ancestors(directory), account);
}

function ancestors(directory: string): Permissions[] {
  const found: Permissions[] = [];
  for (let path = whatExists(resolve(directory)); ; path = dirname(path)) {
    found.push(statSync(path));
    if (path === dirname(path)) return found;
  }
}

function whatExists(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if ((code === "ENOENT" || code === "ENOTDIR") && path !== dirname(path)) return whatExists(dirname(path));
    throw error;
  }
}

export interface DataRootChoice {
  /** Whether Plumbline runs as root, so that stores run as somebody else. */
  readonly root: boolean;
  /** Whether that somebody can reach a directory. */
  readonly reachable: (directory: string) => boolean;
  /** Where to go instead, in order of preference. */
  readonly elsewhere?: readonly string[];
}

/**
 * Chooses where stores keep their data: in the wanted state directory, or, where the user that runs them
 * could not reach it, in a directory of its own elsewhere. The same wish has the same answer each time, so
 * that the next run finds its data again.
 */
export function chooseDataRoot(wanted: string, choice: DataRootChoice): string {
  const { root, reachable, elsewhere = ["/var/lib/plumbline", join(tmpdir(), "plumbline-data")] } = choice;
  if (!root || reachable(wanted)) return wanted;
  const name = createHash("sha256").update(resolve(wanted)).digest("hex").slice(0, 12);
  const parent = elsewhere.find((directory) => reachable(directory)) ?? elsewhere[0];
  return parent === undefined ? wanted : join(parent, name);
}
