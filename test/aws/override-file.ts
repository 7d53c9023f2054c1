import type { Emulated } from "./emulated.ts";
import { changesOf } from "./gap.ts";
import type { Resource } from "#terraform/stack.ts";

/** Merged by Terraform into what is beside it. https://developer.hashicorp.com/terraform/language/files/override */
export const OVERRIDE_FILE = "emulator_override.tf.json";

/** The provider's own 25 tries of what the emulator does not have take ten minutes. */
const FEW = 3;

/** State in the folder instead of S3, few retries of what the emulator does not have, and the gaps. */
export function overrideFile(
  resources: readonly Resource[],
  { changed = [], ignored = [] }: Partial<Emulated>,
): string {
  const aliases = [...new Set(resources.map(({ meta }) => meta.provider))];
  const overrides: Record<string, Record<string, Record<string, unknown>>> = {};
  const of = ({ type, name }: Resource) => ((overrides[type] ??= {})[name] ??= {});
  for (const { resource, gap } of changed) Object.assign(of(resource), changesOf(gap, resource));
  for (const [resource, names] of namesByResource(ignored))
    of(resource)["lifecycle"] = {
      ignore_changes: [...(resource.meta.lifecycle?.ignoreChanges ?? []), ...names],
    };
  const file = {
    terraform: { backend: { local: {} } },
    provider: { aws: aliases.map((alias) => ({ ...(alias && { alias }), max_retries: FEW })) },
    ...(Object.keys(overrides).length > 0 && { resource: overrides }),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

function namesByResource(ignored: Emulated["ignored"]): ReadonlyMap<Resource, readonly string[]> {
  const names = new Map<Resource, readonly string[]>();
  for (const { resource, gap } of ignored)
    if (gap.done.kind === "ignored") names.set(resource, [...(names.get(resource) ?? []), ...gap.done.names]);
  return names;
}
