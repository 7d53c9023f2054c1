/**
 * Compares what is generated for every environment of the reference architectures with the schema of a later provider:
 *
 *   npm pack @cdktn/provider-aws@25.7.0 && tar xzf cdktn-provider-aws-25.7.0.tgz
 *   node bin/run.mjs node build/provider-6.ts package
 *
 * The package carries the schema of hashicorp/aws 6.66.0 as TypeScript types, and needs no Terraform. What the answer was
 * is in docs/decisions/0025-two-majors-of-the-provider.md. It says nothing of deprecations: the package leaves them out.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { environmentsOf } from "../src/model/resolve.ts";
import { isExpression } from "../src/terraform/hcl/expression.ts";
import { terraformModule } from "../src/terraform/module/module.ts";
import { projectTerraform } from "../src/terraform/project.ts";
import { ARNS, BLOCKS } from "../src/terraform/provider/generated/resources.ts";
import type { Resource, ResourceType } from "../src/terraform/stack.ts";
import { REFERENCES, resolved, written } from "../src/model/testing/references.ts";
import { readResource, type ResourceShape, type Shape } from "./provider-6/package-schema.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("Which folder holds the unpacked package? node build/provider-6.ts FOLDER");
  process.exit(2);
}
const version = /hashicorp\/aws provider version (\S+)/.exec(
  readFileSync(join(folder, "README.md"), "utf8"),
)?.[1];

const shapes = new Map<ResourceType, ResourceShape | null>();
const used = { arguments: new Set<string>(), blocks: new Set<string>(), attributes: new Set<string>() };
const differences = new Set<string>();
/** Blocks that the package does not describe: those of web ACLs, which hold each other. */
const untyped = new Set<string>();
let stacks = 0;

// Also those that no reference architecture has a use for.
for (const type of Object.keys({ ...ARNS, ...BLOCKS })) shapeOf(type as ResourceType);

for (const name of REFERENCES) {
  for (const environment of environmentsOf(await written(name))) {
    const architecture = await resolved(name, environment);
    stacks += 1;
    for (const resource of projectTerraform(architecture).resources) compareResource(resource);
    const text = terraformModule(architecture)
      .map(({ content }) => content)
      .join("\n");
    compareReferences(text);
    compareMocks(text);
  }
}

console.log(
  `hashicorp/aws ${version ?? "?"}, ${stacks} stacks: ${shapes.size} resource types, ${used.arguments.size} arguments, ` +
    `${used.blocks.size} blocks, ${used.attributes.size} attributes referred to; ${differences.size} differences`,
);
for (const difference of differences) console.log(`  ${difference}`);
if (untyped.size > 0) console.log(`not described there: ${[...untyped].join(", ")}`);
process.exitCode = differences.size > 0 ? 1 : 0;

function shapeOf(type: ResourceType): ResourceShape | null {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const shape = readResource(folder as string, type);
  if (shape === null) differences.add(`${type}: no such resource`);
  shapes.set(type, shape);
  return shape;
}

function compareResource({ type, arguments: args }: Resource): void {
  const shape = shapeOf(type);
  if (shape) compare(type, type, args as Readonly<Record<string, unknown>>, shape);
}

function compare(
  type: ResourceType,
  path: string,
  given: Readonly<Record<string, unknown>>,
  shape: Shape,
): void {
  for (const [key, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const at = `${path}.${key}`;
    const member = shape.members[key];
    const objects = (Array.isArray(value) ? value : [value]).filter(isObject);
    const isBlock = objects.length > 0 && (BLOCKS[type]?.includes(key) ?? false);
    (isBlock ? used.blocks : used.arguments).add(at);
    if (!member) differences.add(`${at}: no such argument`);
    else if (isBlock !== member.isBlock && objects.length > 0 && member.shape)
      differences.add(`${at}: ${isBlock ? "a block here, an argument" : "an argument here, a block"} there`);
    if (member?.shape) for (const object of objects) compare(type, at, object, member.shape);
    else if (isBlock) untyped.add(at);
  }
  for (const [key, { required }] of Object.entries(shape.members))
    if (required && given[key] === undefined) differences.add(`${path}.${key}: required there`);
}

function compareReferences(text: string): void {
  for (const [, type, attribute] of text.matchAll(/\b(aws_\w+)\.\w+(?:\[[^\]]*\])?\.(\w+)/g)) {
    const at = `${type as string}.${attribute as string}`;
    used.attributes.add(at);
    if (shapeOf(type as ResourceType)?.attributes.has(attribute as string) === false)
      differences.add(`${at}: no such attribute`);
  }
}

/** The mocked provider of the generated tests refuses a default for an attribute that is not there. */
function compareMocks(text: string): void {
  for (const [, type, defaults] of text.matchAll(
    /mock_resource "(\w+)" \{\n {4}defaults = \{\n([\s\S]*?)\n {4}\}/g,
  )) {
    const shape = shapeOf(type as ResourceType);
    for (const [, attribute] of (defaults as string).matchAll(/^ {6}(\w+) +=/gm))
      if (shape?.attributes.has(attribute as string) === false)
        differences.add(`${type as string}.${attribute as string}: mocked, and no such attribute`);
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isExpression(value);
}
