import { existsSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import { asAccount, give, makeOwned } from "../account.ts";
import type { Account } from "../account.ts";
import { unmakeable } from "../directory.ts";
import type { Programs, Spawn } from "../programs.ts";
import { majorOf } from "./find.ts";
import { failure } from "./output.ts";
import { run } from "./run.ts";

export const SUPERUSER = "postgres";

/**
 * Segments of 4 MiB: one is archived every few seconds, however little is in it, and is written to its end for that. With
 * PostgreSQL's 16 MiB a twin in light use would write four times as much.
 */
const SEGMENTS = ["--wal-segsize", "4"];

export interface Initialisation {
  readonly programs: Programs;
  readonly account: Account | undefined;
  /** The data directory to make. */
  readonly directory: string;
  /** The superuser's password, which the caller keeps. */
  readonly password: string;
  readonly spawn?: Spawn;
}

/**
 * Makes a data directory with `initdb`, unless it stands already; says whether it made one. It is made beside its
 * place and renamed into it, so that one that was interrupted is never taken for a whole one.
 * https://www.postgresql.org/docs/15/app-initdb.html
 */
export async function initialise(wanted: Initialisation): Promise<boolean> {
  const { directory, programs, account } = wanted;
  if (dataMajor(directory) !== undefined) {
    assertDataMajor(directory, programs);
    return false;
  }
  assertReplaceable(directory);
  const fresh = `${directory}.initialising`;
  const passwordFile = `${fresh}.password`;
  try {
    prepare(fresh, passwordFile, wanted);
    await initdb(wanted, fresh, passwordFile);
    rmSync(directory, { recursive: true, force: true });
    renameSync(fresh, directory);
    return true;
  } catch (error) {
    throw unmakeable(error, directory, account);
  } finally {
    // What cannot be removed could not be made either, and that is what is to be said.
    await Promise.allSettled([
      rm(passwordFile, { force: true }),
      rm(fresh, { recursive: true, force: true }),
    ]);
  }
}

function prepare(fresh: string, passwordFile: string, { account, password }: Initialisation): void {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  makeOwned(fresh, account);
  // A file and not an argument, because every user can read every program's arguments.
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600, flag: "wx" });
  give(passwordFile, account);
}

async function initdb(
  { programs, account, spawn }: Initialisation,
  fresh: string,
  passwordFile: string,
): Promise<void> {
  const program = join(programs.directory, "initdb");
  const superuser = ["--username", SUPERUSER, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  // Unsynced: on a busy disk that takes seconds, and an empty database that a power cut spoils is soon made again.
  const quick = ["--no-sync", "--no-instructions"];
  const args = [
    "--pgdata",
    fresh,
    ...superuser,
    "--encoding",
    "UTF8",
    "--data-checksums",
    ...SEGMENTS,
    ...quick,
  ];
  const as = { ...asAccount(account), ...(spawn ? { spawn } : {}) };
  let result = await run(program, [...args, "--locale", "C.UTF-8"], as);
  // Not every system has the locale C.UTF-8; C sorts in the same order and knows letters of English only.
  if (result.code !== 0 && /invalid locale/.test(result.output))
    result = await run(program, [...args, "--locale", "C"], as);
  if (result.code !== 0) throw failure(`initdb could not make ${fresh}.`, result.output, "INITIALISE_FAILED");
}

/** The major version that a data directory was made with; undefined when it holds none. */
function dataMajor(directory: string): number | undefined {
  const file = join(directory, "PG_VERSION");
  return existsSync(file) ? Number.parseInt(readFileSync(file, "utf8"), 10) : undefined;
}

/** A directory with anything but PostgreSQL's data is somebody else's: it is not removed to make room. */
export function assertReplaceable(directory: string): void {
  if (!existsSync(directory) || dataMajor(directory) !== undefined || readdirSync(directory).length === 0)
    return;
  throw new PlumblineError(
    "DIRECTORY_NOT_EMPTY",
    `${directory} holds files that are not PostgreSQL's.`,
    "Choose another state directory, or move those files away.",
  );
}

export function assertDataMajor(directory: string, programs: Programs): void {
  const major = dataMajor(directory);
  if (major === majorOf(programs.version)) return;
  throw new PlumblineError(
    major === undefined ? "DATA_MISSING" : "DATA_OTHER_VERSION",
    major === undefined
      ? `${directory} holds no PostgreSQL data.`
      : `The data in ${directory} was made by PostgreSQL ${major}, and the programs are ${programs.version}.`,
    major === undefined
      ? "Run the command again from the start: it makes what is missing."
      : `Declare version ${major}, or remove the directory to begin with empty data.`,
  );
}
