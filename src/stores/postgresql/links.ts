import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join, relative } from "node:path";

interface Link {
  readonly source: string;
  readonly target: string;
}

/**
 * Makes the symbolic links that the programs look for their libraries by. npm packages cannot hold links,
 * and the package's own install script does not run with us, so its list of them is followed here.
 * Links that stand are left alone; two processes may do this at once.
 *
 * @param native the package's `native` folder, or a copy of it
 */
export function makeLinks(native: string): void {
  for (const [link, to] of links(native)) if (!pointsTo(link, to)) makeLink(link, to);
}

/** Whether every link stands already, so that nothing needs to be written. */
export function hasLinks(native: string): boolean {
  return links(native).every(([link, to]) => pointsTo(link, to));
}

function links(native: string): [link: string, to: string][] {
  const list = join(native, "pg-symlinks.json");
  // Not every platform's package has links, and then none has a list.
  if (!existsSync(list)) return [];
  const entries = JSON.parse(readFileSync(list, "utf8")) as Link[];
  // The paths start with "native/"; each link stands in the folder of what it points to.
  return entries.map(({ source, target }) => [join(native, relative("native", target)), basename(source)]);
}

function pointsTo(link: string, to: string): boolean {
  try {
    return readlinkSync(link) === to;
  } catch {
    return false;
  }
}

function makeLink(link: string, to: string): void {
  // A rename replaces whatever stands there in one step: no other process ever sees the link missing.
  const fresh = `${link}.${randomUUID()}`;
  try {
    symlinkSync(to, fresh);
    renameSync(fresh, link);
  } finally {
    rmSync(fresh, { force: true });
  }
}
