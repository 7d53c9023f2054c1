/** A package that apt would add to this system. */
export interface Package {
  readonly name: string;
  readonly version: string;
}

/**
 * What `apt-get --simulate install` would add, in its order; a line is
 * `Inst libssl3 [3.0.1-1] (3.0.17-1 Debian:12.15/oldstable [amd64])`, with the installed version first if there is one.
 */
export function parseSimulation(output: string): Package[] {
  return [...output.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+) /gm)].map(
    ([, name = "", version = ""]) => ({
      name,
      version,
    }),
  );
}

/**
 * What of a simulation has to be downloaded: the programs that were asked for, also where the system has them already,
 * and the libraries that it lacks. Users, service files and the like are for a system, not for a folder. The C library
 * belongs to the loader of this system: another one's does not start.
 */
export function neededOf(simulated: readonly Package[], wanted: readonly string[]): string[] {
  const libraries = simulated.filter(({ name }) => isLibrary(name));
  const versions = new Map(simulated.map(({ name, version }) => [name, version]));
  return [
    ...wanted.map((name) => (versions.has(name) ? `${name}=${versions.get(name)}` : name)),
    ...libraries
      .filter(({ name }) => !wanted.includes(name))
      .map(({ name, version }) => `${name}=${version}`),
  ];
}

function isLibrary(name: string): boolean {
  return /^(lib|zlib)/.test(name) && !/^libc(6|-bin)\b/.test(name) && !name.endsWith("-perl");
}

/** Why apt failed, in as far as something can be done about it. */
export type AptFailure = "unknown-package" | "not-downloaded" | "unresolved";

export function failureOf(words: string): AptFailure {
  // The last is said of a package that is installed, where no list has it.
  if (
    /Unable to locate package|has no installation candidate|Version .* was not found|Can't find a source/.test(
      words,
    )
  ) {
    return "unknown-package";
  }
  // A list that is older than the archive names files that are gone, or that have another hash by now.
  if (
    /Failed to fetch|Unable to fetch|Could not resolve|Hash Sum mismatch|404 +Not Found|took longer than/.test(
      words,
    )
  ) {
    return "not-downloaded";
  }
  return "unresolved";
}

/** The lines in which apt says what went wrong, without its marks. */
export function complaints(words: string): string {
  const lines = words
    .split("\n")
    .filter((line) => /^(E:|W: Failed|Err:)/.test(line))
    .map((line) => line.replace(/^[EW]: /, "").trim());
  return (lines.length > 0 ? [...new Set(lines)] : [words.trim()]).slice(0, 4).join("; ");
}
