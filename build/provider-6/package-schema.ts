import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A resource, or a block of one, as a later provider has it. */
export interface Shape {
  readonly members: Readonly<Record<string, Member>>;
}

export interface Member {
  readonly required: boolean;
  /** What is in it; null where it is a plain value, a map, or something that the package leaves untyped. */
  readonly shape: Shape | null;
  /** Whether it is written as a block, and not as an argument. */
  readonly isBlock: boolean;
}

export interface ResourceShape extends Shape {
  /** What can be referred to. */
  readonly attributes: ReadonlySet<string>;
}

const INTERFACE = /^export interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm;
/** The comment of each member ends with the provider's own name for it. */
const MEMBER = /#(\w+)\}(?:(?!\*\/)[\s\S])*?\*\/\s*readonly \w+(\??): ([^;]+);/g;
const GETTER = /^ {4}get (\w+)\(\):/gm;

/**
 * The packages that a CDK for Terraform is made of hold the provider's schema as TypeScript types, a folder for each
 * resource. @returns null where the provider has no resource of that type any more.
 */
export function readResource(folder: string, type: string): ResourceShape | null {
  const path = join(folder, "lib", type.replace(/^aws_/, "").replaceAll("_", "-"));
  if (!existsSync(join(path, "index.d.ts"))) return null;
  const types = readFileSync(join(path, "index.d.ts"), "utf8");
  const code = readFileSync(join(path, "index.js"), "utf8");
  const bodies = new Map(
    [...types.matchAll(INTERFACE)].map(([, name, body]) => [name as string, body as string] as const),
  );
  const resource = /^export interface (\w+) extends \w+\.TerraformMetaArguments/m.exec(types)?.[1];
  if (resource === undefined) throw new Error(`${path} holds no resource.`);
  return {
    members: membersOf(bodies, resource, code),
    attributes: new Set([...types.matchAll(GETTER)].map(([, name]) => snakeCase(name as string))),
  };
}

function membersOf(bodies: ReadonlyMap<string, string>, name: string, code: string): Shape["members"] {
  const members = [...(bodies.get(name) ?? "").matchAll(MEMBER)].map(([, key, optional, type]) => {
    const inner = (type as string).replace(/\[\]| \| .*$/g, "");
    const shape = bodies.has(inner) ? { members: membersOf(bodies, inner, code) } : null;
    return [
      key as string,
      { required: optional === "", shape, isBlock: shape !== null && isBlock(code, inner) },
    ] as const;
  });
  return Object.fromEntries(members);
}

/** Lists of objects say whether they are blocks; a single object is one where the provider counts it as a list. */
function isBlock(code: string, name: string): boolean {
  const printer = `${name.charAt(0).toLowerCase()}${name.slice(1)}ToHclTerraform`;
  const listed = new RegExp(`listMapperHcl\\(${printer}, (true|false)\\)`).exec(code)?.[1];
  if (listed !== undefined) return listed === "true";
  return new RegExp(`${printer}\\(\\w[^\\n]*\\n\\s*isBlock: true,\\n\\s*type: "(list|set)"`).test(code);
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]|(?<=[a-z])\d+(?=[A-Z]|$)/g, (part) => `_${part.toLowerCase()}`);
}
