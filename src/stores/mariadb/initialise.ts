import { constants, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { chown, cp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { type Account, makeOwned } from "../account.ts";
import { unmakeable } from "../directory.ts";
import type { Spawn } from "../programs.ts";
import type { MariadbPrograms } from "./find.ts";
import { failure } from "./output.ts";
import { environment, run } from "./run.ts";
import { LOG_FILE_SIZE } from "./settings.ts";

export interface Initialisation {
  readonly programs: MariadbPrograms;
  readonly account: Account | undefined;
  /** The data directory to make. */
  readonly directory: string;
  readonly spawn?: Spawn;
}

/**
 * Makes an empty data directory with `mariadb-install-db`, unless one stands already; says whether it made one. It is made
 * beside its place and renamed into it, so that one that was interrupted is never taken for a whole one. Nobody can log in
 * to it over the network: its accounts are made by every start.
 * https://mariadb.com/kb/en/mariadb-install-db/
 */
export async function initialise(wanted: Initialisation): Promise<boolean> {
  const { directory, account } = wanted;
  if (holdsData(directory)) return false;
  assertReplaceable(directory);
  const fresh = `${directory}.initialising`;
  try {
    rmSync(fresh, { recursive: true, force: true });
    makeOwned(fresh, account);
    makeOwned(temporaryFolder(directory), account);
    await install(wanted, fresh);
    rmSync(directory, { recursive: true, force: true });
    renameSync(fresh, directory);
    return true;
  } catch (error) {
    throw unmakeable(error, directory, account);
  } finally {
    // What cannot be removed could not be made either, and that is what is to be said.
    await Promise.allSettled([rm(fresh, { recursive: true, force: true })]);
  }
}

/**
 * Makes a data directory as a copy of an empty one that no server runs on, unless one stands already: many times faster
 * than to make another.
 */
export async function copyEmpty(from: string, to: string, account: Account | undefined): Promise<void> {
  if (holdsData(to)) return;
  assertReplaceable(to);
  const fresh = `${to}.initialising`;
  try {
    rmSync(fresh, { recursive: true, force: true });
    makeOwned(fresh, account);
    await cp(from, fresh, { recursive: true, mode: constants.COPYFILE_FICLONE });
    // A copy belongs to whoever makes it.
    if (account)
      for (const entry of await readdir(fresh, { recursive: true }))
        await chown(join(fresh, entry), account.uid, account.gid);
    rmSync(to, { recursive: true, force: true });
    renameSync(fresh, to);
  } catch (error) {
    throw unmakeable(error, to, account);
  } finally {
    await Promise.allSettled([rm(fresh, { recursive: true, force: true })]);
  }
}

async function install(
  { programs, account, directory, spawn }: Initialisation,
  fresh: string,
): Promise<void> {
  const { code, output } = await run({
    program: programs.initialiser,
    args: [
      "--no-defaults",
      `--basedir=${programs.basedir}`,
      `--datadir=${fresh}`,
      `--tmpdir=${temporaryFolder(directory)}`,
      // The administrator's own account opens to the operating system's user of that name only.
      "--auth-root-authentication-method=socket",
      ...(account ? [`--auth-root-socket-user=${account.name}`] : []),
      "--skip-test-db",
      "--skip-name-resolve",
      `--innodb-log-file-size=${LOG_FILE_SIZE}`,
    ],
    cwd: fresh,
    env: environment(programs),
    account,
    ...(spawn ? { spawn } : {}),
  });
  if (code !== 0) throw failure(`mariadb-install-db could not make ${fresh}.`, output, "INITIALISE_FAILED");
}

/**
 * Where a server puts what it does not keep. Each has its own: one that starts removes what it takes for left over there,
 * and that may be another's. Beside the data, because a folder in it is a database.
 */
export function temporaryFolder(directory: string): string {
  return `${directory}.tmp`;
}

/** Whether a directory is a whole data directory. */
export function holdsData(directory: string): boolean {
  return existsSync(join(directory, "ibdata1")) && existsSync(join(directory, "mysql"));
}

/** A directory with anything but MariaDB's data is somebody else's: it is not removed to make room. */
export function assertReplaceable(directory: string): void {
  if (!existsSync(directory) || holdsData(directory) || readdirSync(directory).length === 0) return;
  throw new PlumblineError(
    "DIRECTORY_NOT_EMPTY",
    `${directory} holds files that are not MariaDB's.`,
    "Choose another state directory, or move those files away.",
  );
}

export function assertData(directory: string): void {
  if (holdsData(directory)) return;
  throw new PlumblineError(
    "DATA_MISSING",
    `${directory} holds no MariaDB data.`,
    "Run the command again from the start: it makes what is missing.",
  );
}
