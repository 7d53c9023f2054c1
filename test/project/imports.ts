import { dirname, join } from "node:path";
import { isNode, nameOf, parse, type SourceFile, walk } from "./repository.ts";

/** One import of one file. */
export interface Import {
  readonly from: string;
  /** As it is written: `#model/errors.ts`. */
  readonly specifier: string;
  /** A path in the repository, or the name of a package. */
  readonly to: string;
}

/** What a file imports, types included; `#` and relative paths become paths in the repository. */
export function importsOf(file: SourceFile): Import[] {
  return [...walk(parse(file))].flatMap((node) => {
    const isImport = [
      "ImportDeclaration",
      "ExportNamedDeclaration",
      "ExportAllDeclaration",
      "ImportExpression",
    ];
    const specifier =
      isImport.includes(node.type) && isNode(node["source"]) ? nameOf(node["source"]) : undefined;
    return specifier === undefined ? [] : [{ from: file.path, specifier, to: resolve(file.path, specifier) }];
  });
}

function resolve(from: string, specifier: string): string {
  if (specifier.startsWith("#")) return `src/${specifier.slice(1)}`;
  return specifier.startsWith(".") ? join(dirname(from), specifier) : specifier;
}

/** `src/twin/state/lock.ts` is in `twin`, `architectures/…` in `architectures`; undefined for a package. */
export function areaOf(path: string): string | undefined {
  if (path === "src/index.ts") return "index";
  const [first = "", second = "", third] = path.split("/");
  if (first === "services" && third !== undefined) return `services/${second}`;
  if (first === "src") return second;
  return ["architectures", "bin", "bench", "test"].includes(first) ? first : undefined;
}
