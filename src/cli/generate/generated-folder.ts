import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod";
import { PlumblineError } from "#model/errors.ts";
import type { GeneratedFile } from "#model/generated-file.ts";

export interface Written {
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  readonly removed: readonly string[];
}

/** Says which files are generated, and what was in them when they were. */
const MANIFEST = ".plumbline-generated.json";

const Manifest = z.object({ files: z.record(z.string(), z.string()) });

/**
 * Writes generated files into a folder that may hold files of the user's own beside them: only what was generated before is
 * replaced or removed.
 * @throws PlumblineError GENERATED_FILE_FOREIGN where a file of the user's own has the name of one to be written, and
 *   GENERATED_FILE_CHANGED where a generated one was changed by hand, unless it is to be overwritten. Nothing is written then.
 */
export function writeGenerated(
  folder: string,
  files: readonly GeneratedFile[],
  { overwrite }: { readonly overwrite: boolean },
): Written {
  const known = readManifest(folder);
  const isThere = (path: string) => existsSync(join(folder, path));
  const foreign = files.filter(({ path }) => known[path] === undefined && isThere(path));
  if (foreign.length > 0)
    throw foreignFiles(
      folder,
      foreign.map(({ path }) => path),
    );
  const changed = Object.entries(known).filter(
    ([path, hash]) => isThere(path) && hashOf(read(folder, path)) !== hash,
  );
  if (changed.length > 0 && !overwrite)
    throw changedFiles(
      folder,
      changed.map(([path]) => path),
    );

  const removed = Object.keys(known).filter(
    (path) => !files.some((file) => file.path === path) && isThere(path),
  );
  for (const path of removed) rmSync(join(folder, path));
  const isSame = ({ path, content }: GeneratedFile) => isThere(path) && read(folder, path) === content;
  const unchanged = files.filter(isSame).map(({ path }) => path);
  const written = files.filter(({ path }) => !unchanged.includes(path));
  mkdirSync(folder, { recursive: true });
  for (const { path, content } of written) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const hashes = Object.fromEntries(files.map(({ path, content }) => [path, hashOf(content)]));
  writeFileSync(join(folder, MANIFEST), `${JSON.stringify({ files: hashes }, null, 2)}\n`);
  return { written: written.map(({ path }) => path), unchanged, removed };
}

function readManifest(folder: string): Readonly<Record<string, string>> {
  const path = join(folder, MANIFEST);
  if (!existsSync(path)) return {};
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, "utf8"))).files;
  } catch (cause) {
    throw new PlumblineError(
      "GENERATED_MANIFEST_BROKEN",
      `${path} cannot be read: it says which files are generated.`,
      "Restore it from version control, or remove it together with the files that were generated.",
      { cause },
    );
  }
}

function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), "utf8");
}

function hashOf(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

function foreignFiles(folder: string, paths: readonly string[]): PlumblineError {
  return new PlumblineError(
    "GENERATED_FILE_FOREIGN",
    `${folder} holds files that were not generated and are in the way: ${paths.join(", ")}.`,
    "Rename them, or choose another folder with --out.",
  );
}

function changedFiles(folder: string, paths: readonly string[]): PlumblineError {
  return new PlumblineError(
    "GENERATED_FILE_CHANGED",
    `Generated files in ${folder} were changed by hand: ${paths.join(", ")}.`,
    "Move the change into the architecture's `terraform` or into a file of your own beside them; --overwrite drops it.",
  );
}
