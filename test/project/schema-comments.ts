import { dirname, join } from "node:path";
import { files, isNode, nameOf, type Node, parse, type SourceFile } from "./repository.ts";

/** What the comments in the source say about a schema and about what it holds, in the schema's own shape. */
export interface Described {
  /** The comment above the schema's constant. */
  readonly comment?: string | undefined;
  readonly fields?: ReadonlyMap<string, Described & { readonly ownComment?: string | undefined }>;
  /** Of an array or a record. */
  readonly element?: Described;
  /** Of a discriminated union, in the order of its options. */
  readonly variants?: readonly Described[];
}

interface Module extends SourceFile {
  readonly tree: Node;
}

const modules = new Map<string, Module>();

function moduleAt(path: string): Module {
  if (modules.size === 0) {
    for (const file of files("src/model/**/*.ts")) modules.set(file.path, { ...file, tree: parse(file) });
  }
  const found = modules.get(path);
  if (!found) throw new Error(`There is no ${path}.`);
  return found;
}

/** Reads the comments of the schema that a constant of a file holds. */
export function describeConstant(path: string, name: string): Described {
  const module = moduleAt(path);
  for (const statement of module.tree["body"] as Node[]) {
    if (statement.type === "ImportDeclaration" && imports(statement, name)) {
      return describeConstant(join(dirname(path), String(nameOf(statement["source"]))), name);
    }
    const declaration = isNode(statement["declaration"]) ? statement["declaration"] : statement;
    if (declaration.type !== "VariableDeclaration") continue;
    const [declarator] = declaration["declarations"] as Node[];
    if (!declarator || nameOf(declarator["id"]) !== name || !isNode(declarator["init"])) continue;
    return { ...describe(declarator["init"], module), comment: commentBefore(module.text, statement.start) };
  }
  return {};
}

function imports(statement: Node, name: string): boolean {
  return (statement["specifiers"] as Node[]).some(({ local }) => nameOf(local) === name);
}

function describe(expression: Node, module: Module): Described {
  if (expression.type === "TSAsExpression") return describe(expression["expression"] as Node, module);
  if (expression.type === "Identifier") return describeConstant(module.path, String(expression["name"]));
  if (expression.type === "ObjectExpression") return { fields: fieldsOf(expression, module) };
  const callee = expression["callee"];
  if (expression.type !== "CallExpression" || !isNode(callee) || callee.type !== "MemberExpression")
    return {};
  const on = callee["object"] as Node;
  // `.default(…)`, `.optional()` and their like describe nothing: what they are called on does.
  if (nameOf(on) !== "z") return describe(on, module);
  const [first, second] = expression["arguments"] as Node[];
  switch (nameOf(callee["property"])) {
    case "strictObject":
      return first ? describe(first, module) : {};
    case "array":
      return first ? { element: describe(first, module) } : {};
    case "record":
      return second ? { element: describe(second, module) } : {};
    case "discriminatedUnion":
      return { variants: elementsOf(second).map((option) => describe(option, module)) };
    default:
      return {};
  }
}

function elementsOf(array: Node | undefined): readonly Node[] {
  return (array?.["elements"] ?? []) as readonly Node[];
}

function fieldsOf(
  object: Node,
  module: Module,
): Map<string, Described & { ownComment?: string | undefined }> {
  const fields = new Map<string, Described & { ownComment?: string | undefined }>();
  for (const property of object["properties"] as Node[]) {
    if (property.type === "SpreadElement") {
      const spread = describe(property["argument"] as Node, module).fields ?? [];
      for (const [name, field] of spread) fields.set(name, field);
      continue;
    }
    const ownComment = commentBefore(module.text, property.start);
    fields.set(String(nameOf(property["key"])), {
      ...describe(property["value"] as Node, module),
      ownComment,
    });
  }
  return fields;
}

/** The text of the `/** … *\/` that ends right before a position. */
function commentBefore(text: string, position: number): string | undefined {
  const before = text.slice(0, position).trimEnd();
  if (!before.endsWith("*/")) return undefined;
  const comment = before.slice(before.lastIndexOf("/*"));
  if (!comment.startsWith("/**")) return undefined;
  return comment
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .filter((line) => line !== "")
    .join(" ");
}
