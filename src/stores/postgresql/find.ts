import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Account } from "../account.ts";
import { ask, directoriesOnPath, holds } from "../programs.ts";
import type { Programs, Source } from "../programs.ts";
import { reachableBy } from "../reach.ts";
import { npmPrograms } from "./npm.ts";

const PROGRAMS = ["initdb", "postgres"];

/** Where to look, when not in the usual places. */
export interface Places {
  /** A directory with the programs, before all others; PLUMBLINE_POSTGRESQL_<major> unless given. */
  readonly explicit?: string | undefined;
  /** The npm package's `native` folder; found through Node's own resolution unless given. */
  readonly npm?: string | false;
  readonly path?: string;
  /** Where a copy of the package's programs may go when the account cannot use them where they are. */
  readonly cache?: readonly string[];
  /** Where operating systems put them. */
  readonly system?: readonly string[];
}

/**
 * Finds PostgreSQL's programs of one major version, such that the account can run them. Another major version is
 * never used: its data directories and its behaviour differ. Looked for in an explicit directory, in the npm package,
 * on PATH and in the operating system's usual places, in that order.
 *
 * @param account who will run them, from `storeAccount`
 */
export async function findPostgresql(
  major: number,
  account: Account | undefined,
  places: Places = {},
): Promise<Programs> {
  const explicit = places.explicit ?? process.env[`PLUMBLINE_POSTGRESQL_${major}`];
  if (explicit) return explicitPrograms(major, explicit, account);

  const passedOver: string[] = [];
  for await (const [source, directory] of candidates(major, places, account)) {
    const seen = examine(directory, account);
    if (seen.version === undefined) passedOver.push(`${directory}: ${seen.problem}`);
    else if (majorOf(seen.version) !== major) passedOver.push(`${directory} is ${seen.version}`);
    else return { directory, version: seen.version, source };
  }
  throw new PlumblineError(
    "STORE_PROGRAM_MISSING",
    `PostgreSQL ${major} is not on this machine${passedOver.length > 0 ? ` (${passedOver.join("; ")})` : ""}.`,
    `${major === 15 ? "Run `npm install` without --omit=optional, or install" : "Install"} it ` +
      `(Debian: apt-get install postgresql-${major}; Homebrew: brew install postgresql@${major}), ` +
      `or name the directory of its programs in PLUMBLINE_POSTGRESQL_${major}.`,
  );
}

async function* candidates(
  major: number,
  places: Places,
  account: Account | undefined,
): AsyncGenerator<[Source, string]> {
  const npm = places.npm === false ? undefined : await npmPrograms(major, account, places);
  if (npm) yield ["npm", npm];
  for (const directory of directoriesOnPath(PROGRAMS, places.path)) yield ["path", directory];
  for (const directory of places.system ?? systemDirectories(major)) {
    if (holds(directory, PROGRAMS)) yield ["system", directory];
  }
}

function systemDirectories(major: number): string[] {
  return [
    `/usr/lib/postgresql/${major}/bin`,
    `/usr/pgsql-${major}/bin`,
    `/opt/homebrew/opt/postgresql@${major}/bin`,
    `/usr/local/opt/postgresql@${major}/bin`,
  ];
}

/** A directory that was named must do: to use another one in silence would hide the mistake. */
function explicitPrograms(major: number, directory: string, account: Account | undefined): Programs {
  const seen = examine(directory, account);
  if (seen.version !== undefined && majorOf(seen.version) === major) {
    return { directory, version: seen.version, source: "explicit" };
  }
  throw new PlumblineError(
    "STORE_PROGRAM_UNUSABLE",
    seen.version === undefined
      ? `The PostgreSQL programs in ${directory} cannot be used: ${seen.problem}.`
      : `The programs in ${directory} are PostgreSQL ${seen.version}, and the architecture declares ${major}.`,
    `Let PLUMBLINE_POSTGRESQL_${major} name a directory with PostgreSQL ${major}'s postgres and initdb, or unset it.`,
  );
}

/** Asks the program for its version: that proves as well that it starts, with all of its libraries. */
function examine(directory: string, account: Account | undefined): { version?: string; problem: string } {
  if (!holds(directory, PROGRAMS)) return { problem: `it does not hold ${PROGRAMS.join(" and ")}` };
  if (!reachableBy(account, directory)) return { problem: `the user ${account?.name} cannot reach it` };
  const { ok, output } = ask(join(directory, "postgres"), ["--version"], account);
  const version = ok ? /\(PostgreSQL\) (\d+\S*)/.exec(output)?.[1] : undefined;
  return version === undefined ? { problem: output } : { version, problem: "" };
}

export function majorOf(version: string): number {
  return Number.parseInt(version, 10);
}
