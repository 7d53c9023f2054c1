import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Account } from "../account.ts";
import { askVersion } from "../packages/ask.ts";
import { copiesOf, environmentOf } from "../packages/copies.ts";
import { directoriesOnPath } from "../programs.ts";
import { reachableBy } from "../reach.ts";

/** MariaDB's programs, found and known to run. */
export interface MariadbPrograms {
  /** What both programs want as `--basedir`: where its `share` lies. */
  readonly basedir: string;
  /** The path of mariadbd. */
  readonly server: string;
  /** The path of mariadb-install-db. */
  readonly initialiser: string;
  /** The exact version that it prints: `10.11.18`. */
  readonly version: string;
  readonly source: "explicit" | "path" | "system" | "cache";
  /** What the programs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where to look, when not in the usual places. */
export interface MariadbPlaces {
  /** A base directory, before all others; PLUMBLINE_MARIADB unless given. */
  readonly explicit?: string | undefined;
  readonly path?: string;
  /** Base directories that PATH often leaves out: Debian has the server in /usr/sbin. */
  readonly system?: readonly string[];
  /** The cache that `plumbline install mariadb` fills. */
  readonly cache?: readonly string[] | undefined;
}

/**
 * Finds MariaDB, such that the account can run it: in an explicit base directory, on PATH, where the operating system
 * puts it, in Plumbline's cache, in that order. MariaDB stands in for MySQL, so its version is never the declared one.
 *
 * @param account who will run it, from `storeAccount`
 * @throws PlumblineError STORE_PROGRAM_MISSING or STORE_PROGRAM_UNUSABLE
 */
export function findMariadb(account: Account | undefined, places: MariadbPlaces = {}): MariadbPrograms {
  const explicit = places.explicit ?? process.env["PLUMBLINE_MARIADB"];
  if (explicit) return explicitMariadb(explicit, account);

  const passedOver: string[] = [];
  for (const place of candidates(places)) {
    const seen = examineMariadb(place, account);
    if ("version" in seen) return seen;
    passedOver.push(`${place.basedir}: ${seen.problem}`);
  }
  throw new PlumblineError(
    "STORE_PROGRAM_MISSING",
    `MariaDB is not on this machine${passedOver.length > 0 ? ` (${passedOver.join("; ")})` : ""}.`,
    "Run `plumbline install mariadb`, or put mariadbd on PATH, or name its base directory in PLUMBLINE_MARIADB.",
  );
}

type Place = Pick<MariadbPrograms, "basedir" | "source" | "env">;

function* candidates({ path, system = ["/usr"], cache }: MariadbPlaces): Generator<Place> {
  const onPath = directoriesOnPath(["mariadbd"], path).map((directory) => dirname(directory));
  for (const basedir of onPath) yield { basedir, source: "path", env: {} };
  for (const basedir of system) {
    if (!onPath.includes(basedir) && serverIn(basedir)) yield { basedir, source: "system", env: {} };
  }
  for (const copy of copiesOf("mariadb", cache)) yield mariadbIn(copy);
}

/** MariaDB as packages lay it out below a folder. */
export function mariadbIn(copy: string): Place {
  return { basedir: join(copy, "usr"), source: "cache", env: environmentOf(copy) };
}

function explicitMariadb(basedir: string, account: Account | undefined): MariadbPrograms {
  const seen = examineMariadb({ basedir, source: "explicit", env: {} }, account);
  if ("version" in seen) return seen;
  throw new PlumblineError(
    "STORE_PROGRAM_UNUSABLE",
    `MariaDB in ${basedir} cannot be used: ${seen.problem}.`,
    "Let PLUMBLINE_MARIADB name a base directory, with bin/mariadbd or sbin/mariadbd below it, or unset it.",
  );
}

function serverIn(basedir: string): string | undefined {
  return ["sbin", "bin"].map((name) => join(basedir, name, "mariadbd")).find((file) => existsSync(file));
}

export function examineMariadb(
  place: Place,
  account: Account | undefined,
): MariadbPrograms | { readonly problem: string } {
  const { basedir, env } = place;
  const server = serverIn(basedir);
  const initialiser = ["bin", "scripts"]
    .map((name) => join(basedir, name, "mariadb-install-db"))
    .find((file) => existsSync(file));
  if (!server || !initialiser) return { problem: "it does not hold mariadbd and mariadb-install-db" };
  if (!reachableBy(account, dirname(server))) return { problem: `the user ${account?.name} cannot reach it` };
  const { version, problem } = askVersion(server, env, /Ver (\d+\.\d+\.\d+)-MariaDB/, account);
  return version === undefined ? { problem } : { ...place, server, initialiser, version };
}
