import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAst } from "vitest/node";

/** The folder that the repository is in. */
export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");

/** A file of the repository: its path as git writes it, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** What is not ours, or is made by running things. */
const FOREIGN = new Set(["node_modules", ".git", ".plumbline", "coverage", "dist"]);

/** The files that some of the patterns name, in order. */
export function files(...patterns: readonly string[]): SourceFile[] {
  return globSync(patterns, { cwd: root, exclude: isForeign })
    .sort()
    .flatMap((path) => {
      const text = readText(path);
      return text === null ? [] : [{ path, text }];
    });
}

function isForeign(path: string): boolean {
  return FOREIGN.has(path.slice(path.lastIndexOf("/") + 1));
}

/** The text of a file; null for a folder. */
function readText(path: string): string | null {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EISDIR") return null;
    throw error;
  }
}

/** What ships: no tests, and nothing that only tests use. */
export function isProduct({ path }: Pick<SourceFile, "path">): boolean {
  return !/\.test\.ts$|(^|\/)(testing|test)\/|\/testing\.ts$|\/test-support\.ts$/.test(path);
}

/** A node of a syntax tree (https://github.com/estree/estree), read without knowing every kind. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

const parsed = new Map<string, Node>();

/** The syntax tree of a file. */
export function parse({ path, text }: SourceFile): Node {
  const known = parsed.get(path);
  if (known) return known;
  const tree = parseAst(text, { lang: path.endsWith(".ts") ? "ts" : "js" }) as unknown as Node;
  parsed.set(path, tree);
  return tree;
}

/** Every node of a tree, outer ones first. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) yield* walk(child);
  }
}

export function isNode(value: unknown): value is Node {
  return (
    value !== null && typeof value === "object" && typeof (value as { type?: unknown }).type === "string"
  );
}

/** The name of an identifier or the text of a string literal; undefined for anything else. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Identifier") return String(node["name"]);
  return node.type === "Literal" && typeof node["value"] === "string" ? node["value"] : undefined;
}
