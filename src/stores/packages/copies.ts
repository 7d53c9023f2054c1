import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { assertOurs, cacheDirectories } from "../cache.ts";

/** The folders of a store's programs in Plumbline's cache, the newest version first. They hold `usr` as a system does. */
export function copiesOf(store: string, directories: readonly string[] = cacheDirectories()): string[] {
  return directories
    .filter(isOurs)
    .flatMap((directory) =>
      readdirSync(directory)
        .filter((name) => name.startsWith(`${store}-`))
        .sort((left, right) => right.localeCompare(left, "en", { numeric: true }))
        .map((name) => join(directory, name)),
    )
    .filter(isOurs);
}

export function isOurs(directory: string): boolean {
  try {
    assertOurs(directory);
    return true;
  } catch {
    // What is not there, or cannot even be looked at, is nothing of ours either.
    return false;
  }
}

/** What a program of such a folder needs in its environment, to find the libraries that came with it. */
export function environmentOf(copy: string): Record<string, string> {
  const found = ["usr/lib", "lib"].flatMap((name) => libraryDirectories(join(copy, name)));
  return found.length > 0 ? { LD_LIBRARY_PATH: found.join(":") } : {};
}

/** The directory itself and that of the machine's architecture: `x86_64-linux-gnu`. */
function libraryDirectories(directory: string): string[] {
  if (!lstatSync(directory, { throwIfNoEntry: false })?.isDirectory()) return [];
  const inside = readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.includes("-linux-"))
    .map(({ name }) => join(directory, name));
  return [directory, ...inside].filter((candidate) =>
    readdirSync(candidate).some((name) => /\.so(\.|$)/.test(name)),
  );
}
