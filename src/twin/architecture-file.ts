import { existsSync, readdirSync, statSync } from "node:fs";
import { registerHooks } from "node:module";
import { join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { PlumblineError } from "#model/errors.ts";
import { nearest } from "#model/nearest.ts";
import { placeOf } from "./error-place.ts";
import { ownProgram, packageRoot } from "./package-root.ts";

/** What `import … from "plumbline"` gives. */
const OWN_EXPORTS = pathToFileURL(ownProgram("index")).href;
const FILE_NAMES = ["architecture.ts", "architecture.js", "architecture.mjs"];

/** An architecture's file, and the folder that its services' commands are relative to. */
export interface ArchitectureFile {
  readonly file: string;
  readonly project: string;
}

/**
 * Finds an architecture by what a user types: a file, a folder that has one, or the name of a folder in
 * `architectures/` of this project or of Plumbline itself; without a name, the folder one stands in.
 * @throws PlumblineError ARCHITECTURE_NOT_FOUND
 */
export function findArchitecture(name: string | undefined, cwd: string): ArchitectureFile {
  if (name === undefined) {
    const here = fileIn(cwd);
    if (here) return { file: here, project: cwd };
    throw notFound("This folder has no architecture.ts.", cwd, undefined);
  }
  const path = resolve(cwd, name);
  if (existsSync(path) && statSync(path).isFile()) return { file: path, project: projectOf(path, cwd) };
  for (const folder of [join(cwd, "architectures", name), join(packageRoot, "architectures", name), path]) {
    const file = fileIn(folder);
    if (file) return { file, project: projectOf(file, cwd) };
  }
  throw notFound(`There is no architecture "${name}".`, cwd, name);
}

/** The architectures that can be named: those of this project, then Plumbline's own. */
export function knownArchitectures(cwd: string): { readonly name: string; readonly file: string }[] {
  const found = new Map<string, string>();
  for (const folder of [join(cwd, "architectures"), join(packageRoot, "architectures")]) {
    for (const name of subfolders(folder)) {
      const file = fileIn(join(folder, name));
      if (file && !found.has(name)) found.set(name, file);
    }
  }
  const here = fileIn(cwd);
  if (here) found.set(".", here);
  return [...found].map(([name, file]) => ({ name, file })).sort((a, b) => a.name.localeCompare(b.name));
}

/**
 * What an architecture file exports, unchecked.
 * @throws PlumblineError ARCHITECTURE_UNREADABLE when the file does not run or exports nothing.
 */
export async function loadArchitecture(file: string): Promise<unknown> {
  let module: { default?: unknown };
  const hooks = registerHooks({
    // Whoever reads it is who it is written for, wherever that is installed.
    resolve: (specifier, context, next) =>
      specifier === "plumbline" ? { url: OWN_EXPORTS, shortCircuit: true } : next(specifier, context),
  });
  try {
    module = (await import(pathToFileURL(file).href)) as typeof module;
  } catch (cause) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    const place = placeOf(cause, file);
    throw new PlumblineError(
      "ARCHITECTURE_UNREADABLE",
      `${file} could not be loaded. ${what}${place === null ? "" : ` (${place})`}`,
      "Correct the file.",
      { cause },
    );
  } finally {
    hooks.deregister();
  }
  if (module.default !== undefined) return module.default;
  throw new PlumblineError(
    "ARCHITECTURE_UNREADABLE",
    `${file} has no default export.`,
    "Write `export default defineArchitecture({ … })`.",
  );
}

/** Commands of Plumbline's own architectures are relative to Plumbline; those of a user, to where the user stands. */
function projectOf(file: string, cwd: string): string {
  return relative(packageRoot, file).startsWith("..") ? cwd : packageRoot;
}

function fileIn(folder: string): string | undefined {
  return FILE_NAMES.map((name) => join(folder, name)).find((file) => existsSync(file));
}

function subfolders(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function notFound(what: string, cwd: string, name: string | undefined): PlumblineError {
  const names = knownArchitectures(cwd).map((known) => known.name);
  const likely = name === undefined ? undefined : nearest(name, names);
  const hint = likely === undefined ? "" : `Did you mean "${likely}"? `;
  return new PlumblineError(
    "ARCHITECTURE_NOT_FOUND",
    what,
    `${hint}Name a file, or one of: ${names.join(", ")}. \`plumbline init\` begins one of your own.`,
  );
}
