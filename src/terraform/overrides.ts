import { PlumblineError } from "#model/errors.ts";
import { nearest } from "#model/nearest.ts";
import type { ArgumentsOf, Resource, ResourceType } from "./stack.ts";

/** Arguments of generated resources that are to be other ones, by address; `null` takes an argument away. */
export type TerraformOverrides = {
  readonly [Type in ResourceType as `${Type}.${string}`]?: {
    readonly [Argument in keyof ArgumentsOf<Type>]?: ArgumentsOf<Type>[Argument] | null;
  };
};

/** Gives the compiler a chance to find what is misspelt in the `terraform` of an architecture. */
export function terraformOverrides<const Overrides extends TerraformOverrides>(
  overrides: Overrides,
): Overrides {
  return overrides;
}

type Arguments = Readonly<Record<string, unknown>>;

/**
 * The resources with what the architecture overrides in them: blocks and maps are merged, everything else is replaced.
 * @throws PlumblineError TERRAFORM_OVERRIDE_UNKNOWN for an address that is not generated.
 */
export function overridden(
  resources: readonly Resource[],
  overrides: Readonly<Record<string, Arguments>>,
): readonly Resource[] {
  const addresses = resources.map(({ address }) => address);
  const unknown = Object.keys(overrides).find((address) => !addresses.includes(address));
  if (unknown !== undefined) {
    const close = nearest(unknown, addresses);
    throw new PlumblineError(
      "TERRAFORM_OVERRIDE_UNKNOWN",
      `terraform overrides ${unknown}, which is not generated.`,
      close === undefined ? "`plumbline generate` shows the addresses in its files." : `Is ${close} meant?`,
    );
  }
  return resources.map((resource) => {
    const changes = overrides[resource.address];
    if (!changes) return resource;
    return {
      ...resource,
      arguments: merged(resource.arguments as Arguments, changes) as Resource["arguments"],
    };
  });
}

function merged(base: Arguments, changes: Arguments): Arguments {
  const result: Record<string, unknown> = { ...base };
  for (const [key, change] of Object.entries(changes)) {
    if (change === null) delete result[key];
    else result[key] = isPlain(result[key]) && isPlain(change) ? merged(result[key], change) : change;
  }
  return result;
}

function isPlain(value: unknown): value is Arguments {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !("expression" in value);
}
