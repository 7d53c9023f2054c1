import { join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Account } from "../account.ts";
import { askVersion } from "../packages/ask.ts";
import { copiesOf, environmentOf } from "../packages/copies.ts";
import { directoriesOnPath, holds } from "../programs.ts";
import { reachableBy } from "../reach.ts";

const SERVER = "redis-server";

/** Redis's programs, found and known to run. */
export interface RedisPrograms {
  /** The directory that holds redis-server, and as a rule redis-cli. */
  readonly directory: string;
  /** The exact version that it prints: `7.0.15`. It may be of another major version than was wanted. */
  readonly version: string;
  readonly source: "explicit" | "path" | "cache";
  /** What the programs need in their environment. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where to look, when not in the usual places. */
export interface RedisPlaces {
  /** A directory with redis-server, before all others; PLUMBLINE_REDIS unless given. */
  readonly explicit?: string | undefined;
  readonly path?: string;
  /** The cache that `plumbline install redis` fills. */
  readonly cache?: readonly string[] | undefined;
}

/**
 * Finds Redis, such that the account can run it: in an explicit directory, on PATH, in Plumbline's cache, in that order.
 * Of the last two, the first with the wanted major version is taken. Where none has it, the first of any version is:
 * unlike a database's, a twin's Redis starts empty or from its own files, so another version can stand in. Whoever asked
 * compares with `sameMajor` and says so, or refuses.
 *
 * @param wanted the declared version, such as `7.1`; any will do if undefined
 * @param account who will run it, from `storeAccount`
 * @throws PlumblineError STORE_PROGRAM_MISSING or STORE_PROGRAM_UNUSABLE
 */
export function findRedis(
  wanted: string | undefined,
  account: Account | undefined,
  places: RedisPlaces = {},
): RedisPrograms {
  const explicit = places.explicit ?? process.env["PLUMBLINE_REDIS"];
  if (explicit) return explicitRedis(explicit, account);

  const passedOver: string[] = [];
  let other: RedisPrograms | undefined;
  for (const candidate of candidates(places)) {
    const seen = examineRedis(candidate, account);
    if (seen.version === undefined) {
      passedOver.push(`${candidate.directory}: ${seen.problem}`);
      continue;
    }
    const found = { ...candidate, version: seen.version };
    if (wanted === undefined || sameMajor(found.version, wanted)) return found;
    other ??= found;
  }
  if (other) return other;
  throw new PlumblineError(
    "STORE_PROGRAM_MISSING",
    `Redis is not on this machine${passedOver.length > 0 ? ` (${passedOver.join("; ")})` : ""}.`,
    "Run `plumbline install redis`, or put redis-server on PATH, or name its directory in PLUMBLINE_REDIS.",
  );
}

/** Whether two versions such as `7.0.15` and `7.1` are of one major version. */
export function sameMajor(left: string, right: string): boolean {
  return Number.parseInt(left, 10) === Number.parseInt(right, 10);
}

type Candidate = Omit<RedisPrograms, "version">;

function* candidates({ path, cache }: RedisPlaces): Generator<Candidate> {
  for (const directory of directoriesOnPath([SERVER], path)) yield { directory, source: "path", env: {} };
  for (const copy of copiesOf("redis", cache)) yield redisIn(copy);
}

/** Redis as packages lay it out below a folder. */
export function redisIn(copy: string): Candidate {
  return { directory: join(copy, "usr", "bin"), source: "cache", env: environmentOf(copy) };
}

/** A directory that was named must do: to use another one in silence would hide the mistake. */
function explicitRedis(directory: string, account: Account | undefined): RedisPrograms {
  const found: Candidate = { directory, source: "explicit", env: {} };
  const { version, problem } = examineRedis(found, account);
  if (version !== undefined) return { ...found, version };
  throw new PlumblineError(
    "STORE_PROGRAM_UNUSABLE",
    `Redis in ${directory} cannot be used: ${problem}.`,
    "Let PLUMBLINE_REDIS name a directory with redis-server, or unset it.",
  );
}

export function examineRedis(
  { directory, env }: Candidate,
  account: Account | undefined,
): { readonly version?: string; readonly problem: string } {
  if (!holds(directory, [SERVER])) return { problem: `it does not hold ${SERVER}` };
  if (!reachableBy(account, directory)) return { problem: `the user ${account?.name} cannot reach it` };
  return askVersion(join(directory, SERVER), env, /^Redis server v=(\d+\S*)/m, account);
}
