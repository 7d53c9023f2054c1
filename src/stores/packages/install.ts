import { mkdirSync, readdirSync } from "node:fs";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { PlumblineError } from "#model/errors.ts";
import type { Account } from "../account.ts";
import { cacheDirectories } from "../cache.ts";
import { downloadPackages, requireApt } from "./apt.ts";
import { copiesOf, isOurs } from "./copies.ts";
import type { Recipe } from "./recipe.ts";
import { run } from "./run.ts";
import { openStaging, scratchIn } from "./staging.ts";
import type { Staging } from "./staging.ts";

const UNPACKED_WITHIN_MS = 120_000;

export interface InstallOptions {
  readonly account: Account | undefined;
  /** Fetches it anew, also where it is there and works. */
  readonly force?: boolean;
  readonly signal: AbortSignal;
  readonly progress: (message: string) => void;
  /** The cache directories, in order of preference. */
  readonly directories?: readonly string[] | undefined;
}

export interface Installed {
  readonly version: string;
  /** The folder in the cache, which holds `usr`. */
  readonly directory: string;
  readonly sizeBytes: number;
  /** Whether it was there before and nothing had to be done. */
  readonly alreadyThere: boolean;
}

/**
 * Fills Plumbline's cache with a store's programs from the system's packages, without root. Everything happens in a
 * folder of this installation's own; what is renamed into place has started, answered and stopped. Two at the same time
 * do the work twice, and the second finds the first one's.
 */
export async function install(recipe: Recipe, options: InstallOptions): Promise<Installed> {
  const { account, force = false, progress, directories = cacheDirectories() } = options;
  const before = copiesOf(recipe.store, directories);
  for (const directory of force ? [] : before) {
    const { version } = recipe.examine(directory, account);
    if (version !== undefined)
      return { version, directory, sizeBytes: await sizeOf(directory), alreadyThere: true };
  }
  requireApt(recipe.store);

  const staging = await openStaging(directories, account);
  try {
    const copy = join(staging.directory, "copy");
    mkdirSync(copy);
    await unpack(recipe, copy, staging, options);
    const version = await check(recipe, copy, staging, options);
    // Beside those of before, which may be damaged or in use.
    const renewal = before.length > 0 ? `-${Date.now().toString(36)}` : "";
    const directory = await place(copy, join(staging.cache, `${recipe.store}-${version}${renewal}`));
    for (const old of before) {
      progress(`removing ${basename(old)}`);
      await rm(old, { recursive: true, force: true });
    }
    return { version, directory, sizeBytes: await sizeOf(directory), alreadyThere: false };
  } finally {
    await rm(staging.directory, { recursive: true, force: true });
  }
}

async function unpack(
  recipe: Recipe,
  copy: string,
  staging: Staging,
  { signal, progress }: InstallOptions,
): Promise<void> {
  const options = { cwd: staging.directory, timeoutMs: UNPACKED_WITHIN_MS, signal };
  const archives = await downloadPackages(recipe.packages, { folder: staging.directory, signal, progress });
  const files = readdirSync(archives).filter((name) => name.endsWith(".deb"));
  progress(`unpacking ${files.length} packages`);
  for (const file of files) {
    const { ok, words } = await run("dpkg-deb", ["--extract", join(archives, file), copy], options);
    if (!ok) throw notDownloaded(`${file} cannot be unpacked: ${words.trim()}`);
  }
  // Readable for the account whatever our umask says, and nothing of it runs with another user's rights.
  const opened = await run("chmod", ["-R", "u=rwX,go=rX", copy], options);
  if (!opened.ok) throw notDownloaded(opened.words.trim());
}

function notDownloaded(what: string): PlumblineError {
  return new PlumblineError(
    "PACKAGE_DOWNLOAD_FAILED",
    `The packages did not arrive whole: ${what}.`,
    "Look at the space in Plumbline's cache and at the network, then run the command again.",
  );
}

async function check(
  recipe: Recipe,
  copy: string,
  staging: Staging,
  { account, signal, progress }: InstallOptions,
): Promise<string> {
  const { version, problem } = recipe.examine(copy, account);
  if (version === undefined) throw unusable(recipe, String(problem));
  progress(`trying ${recipe.title} ${version}: it has to start, answer and stop`);
  const wrong = await recipe.tryOut(copy, { account, signal, scratch: scratchIn(staging, account) });
  if (wrong !== undefined) throw unusable(recipe, wrong);
  return version;
}

function unusable({ title, store }: Recipe, problem: string): PlumblineError {
  return new PlumblineError(
    "STORE_PROGRAM_UNUSABLE",
    `${title} from this system's packages does not work here: ${problem}.`,
    `Nothing was installed. Install ${store} in another way, and put it on PATH.`,
  );
}

async function place(copy: string, target: string): Promise<string> {
  await rename(copy, target).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    if (isOurs(target)) return;
    throw new PlumblineError(
      "CACHE_UNUSABLE",
      `${target} is in the way: it belongs to another user or is writable by others.`,
      "Find out whose it is, and remove it.",
    );
  });
  return target;
}

async function sizeOf(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await lstat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
