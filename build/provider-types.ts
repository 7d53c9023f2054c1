/**
 * Writes TypeScript types of the AWS provider's resources, those that src/terraform uses, from the provider's own schema:
 *
 *   node bin/run.mjs node build/provider-types.ts
 *
 * Needs Terraform and the provider (a mirror named by TF_CLI_CONFIG_FILE will do). What it writes is kept in the
 * repository, so that nobody else needs either.
 */
import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PROVIDER_VERSION } from "../src/terraform/provider/version.ts";
import { type BlockSchema, printTypes } from "./provider-types/print-types.ts";

const PROVIDER = "registry.terraform.io/hashicorp/aws";
const OUTPUT = "src/terraform/provider/generated/resources.ts";

interface Schemas {
  readonly provider_schemas: Readonly<
    Record<string, { readonly resource_schemas: Readonly<Record<string, { readonly block: BlockSchema }>> }>
  >;
}

const { resource_schemas: resources } = readSchemas().provider_schemas[PROVIDER] ?? { resource_schemas: {} };
const used = [...namesInSources()].filter((name) => resources[name]).sort();
const unknown = [...namesInSources()].filter((name) => !resources[name]);
if (unknown.length > 0) console.warn(`The provider has no resource of these names: ${unknown.join(", ")}`);
const schemas = used.map((name) => [name, resources[name]?.block as BlockSchema] as const);
writeFileSync(OUTPUT, printTypes(schemas, PROVIDER_VERSION));
execFileSync("node", ["bin/run.mjs", "oxfmt", OUTPUT]);
console.log(`${OUTPUT}: ${used.length} resource types`);

function namesInSources(): ReadonlySet<string> {
  const files = globSync("src/terraform/**/*.ts").filter((path) => !path.includes("/generated/"));
  const names = files.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/"(aws_[a-z0-9_]+)"/g)].map(([, name]) => name as string),
  );
  return new Set(names);
}

function readSchemas(): Schemas {
  const folder = mkdtempSync(join(tmpdir(), "provider-types-"));
  const provider = `source = "hashicorp/aws"\nversion = "${PROVIDER_VERSION}"`;
  writeFileSync(
    join(folder, "main.tf"),
    `terraform {\nrequired_providers {\naws = {\n${provider}\n}\n}\n}\n`,
  );
  try {
    const run = (...args: string[]) =>
      execFileSync("terraform", args, { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    run("init", "-input=false");
    return JSON.parse(run("providers", "schema", "-json")) as Schemas;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
