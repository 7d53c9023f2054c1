import { existsSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import type { ResolvedArchitecture } from "#model/architecture.ts";

/** A service's or job's program: the folder that its files are in. */
export interface Program {
  readonly service: string;
  readonly folder: string;
}

/** A folder that has one of these holds a whole program, of which a command names one file. */
const MANIFESTS = [
  "package.json",
  "pyproject.toml",
  "requirements.txt",
  "go.mod",
  "Cargo.toml",
  "Gemfile",
  "composer.json",
  "pom.xml",
  "build.gradle",
];

/** What programs are written in; what they write themselves, logs and data, is not among it. */
const SOURCE =
  /\.(?:[cm]?[jt]sx?|json|py|rb|php|go|rs|java|kts?|scala|cs|exs?|erl|lua|sh|sql|html?|css|toml|ya?ml|cel|env)$/;
const TEST = /\.(?:test|spec)\.[^.]+$/;
const IGNORED_FOLDERS = new Set(["node_modules", "__pycache__", "coverage", "venv"]);

/**
 * Where each service's and job's program is: the folder of the file that its command names, or the nearest one above
 * it, within the project, that holds the whole program. A command that names no file runs the project's own.
 */
export function programsOf({ services }: Pick<ResolvedArchitecture, "services">, project: string): Program[] {
  return Object.entries(services).map(([service, { command }]) => {
    // The first word is looked up on PATH unless it is a path; the others are often files.
    const words = command.filter((word, index) => index > 0 || word.includes("/"));
    const file = words
      .map((word) => resolve(project, word))
      .find((path) => isWithin(project, path) && existsSync(path));
    return { service, folder: file === undefined ? project : programFolder(file, project) };
  });
}

/** The services and jobs whose programs some files belong to; a program within another one's folder is the nearer one. */
export function servicesWith(files: readonly string[], programs: readonly Program[]): string[] {
  const nearest = new Set(
    files.map((file) =>
      programs
        .map(({ folder }) => folder)
        .filter((folder) => isWithin(folder, file))
        .reduce((one, other) => (other.length > one.length ? other : one), ""),
    ),
  );
  return programs.filter(({ folder }) => nearest.has(folder)).map(({ service }) => service);
}

/** Whether a path, relative to a watched folder, is of no interest, with everything below it. */
export function isIgnored(path: string): boolean {
  return path.split(sep).some((part) => part.startsWith(".") || IGNORED_FOLDERS.has(part));
}

export function isProgramFile(path: string): boolean {
  const name = basename(path);
  return SOURCE.test(name) && !TEST.test(name);
}

export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`));
}

function programFolder(file: string, project: string): string {
  const own = statSync(file).isDirectory() ? file : dirname(file);
  for (let folder = own; isWithin(project, folder); folder = dirname(folder)) {
    if (folder === project && own !== project) break;
    if (MANIFESTS.some((manifest) => existsSync(join(folder, manifest)))) return folder;
    if (folder === dirname(folder)) break;
  }
  return own;
}
