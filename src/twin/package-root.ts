import { basename, dirname, extname, join } from "node:path";

/** The folder that this package's sources are below, or, where it is installed built, its JavaScript. */
export const packageRoot = dirname(dirname(dirname(import.meta.filename)));

/** The file of one of our own programs: `twin/main` is src/twin/main.ts, or .js where it is built. */
export function ownProgram(name: string): string {
  return join(packageRoot, "src", `${name}${extname(import.meta.filename)}`);
}

/** The installed package itself: where package.json, bin and templates are, whether it is built or not. */
export const packageFolder = basename(packageRoot) === "dist" ? dirname(packageRoot) : packageRoot;
