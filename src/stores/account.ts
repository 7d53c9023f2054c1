import { randomUUID } from "node:crypto";
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { PlumblineError } from "#model/errors.ts";

/** The user that a store's programs run as, where that is not the user who runs Plumbline. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The unprivileged user for store programs, or undefined when Plumbline itself is unprivileged.
 * PostgreSQL refuses to run as root (https://www.postgresql.org/docs/15/app-postgres.html), and
 * the others have no need of it.
 *
 * @param name a user other than `nobody`, from PLUMBLINE_STORE_USER unless given.
 */
export function storeAccount(name = process.env["PLUMBLINE_STORE_USER"] ?? "nobody"): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const account = findAccount(name, readFileSync("/etc/passwd", "utf8"));
  if (!account || account.uid === 0) {
    throw new PlumblineError(
      "STORE_USER_UNUSABLE",
      account
        ? `${name} is a name of root, and stores refuse to run as root.`
        : `There is no user ${name} on this machine.`,
      "Set PLUMBLINE_STORE_USER to an unprivileged user, or run Plumbline as one.",
    );
  }
  return account;
}

/** Finds a user by name in the text of a passwd(5) file. */
export function findAccount(name: string, passwd: string): Account | undefined {
  for (const line of passwd.split("\n")) {
    const [user, , uid, gid] = line.split(":");
    if (user === name && uid && gid) return { name, uid: Number(uid), gid: Number(gid) };
  }
  return undefined;
}

/** What `spawn` needs to start a program as the account; nothing when there is none. */
export function asAccount(account: Account | undefined): { uid?: number; gid?: number } {
  return account ? { uid: account.uid, gid: account.gid } : {};
}

/** Makes a directory, and its parents, that every user can pass through, whatever our umask says. */
export function makeOpen(directory: string): void {
  const first = mkdirSync(directory, { recursive: true });
  if (first === undefined) return;
  for (let made = directory; made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
}

/** Makes a directory that belongs to the account alone. */
export function makeOwned(directory: string, account: Account | undefined): void {
  makeOpen(directory);
  give(directory, account);
  chmodSync(directory, 0o700);
}

export function give(path: string, account: Account | undefined): void {
  if (account) chownSync(path, account.uid, account.gid);
}

/** Replaces a file that only the account may read, in one step. */
export function replaceFile(file: string, text: string, account: Account | undefined): void {
  const fresh = `${file}.${randomUUID()}.tmp`;
  writeFileSync(fresh, text, { mode: 0o600 });
  give(fresh, account);
  renameSync(fresh, file);
}
