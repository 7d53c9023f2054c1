import { PlumblineError } from "#model/errors.ts";
import type { Resource } from "../stack.ts";
import { COMPUTE } from "./compute.ts";
import { DATA } from "./data.ts";
import { ENTRY } from "./entry.ts";
import { NETWORK } from "./network.ts";
import { OPERATIONS } from "./operations.ts";
import { isGiven, placesOf, type Requirement } from "./requirement.ts";

/** What `terraform validate` and `plan` let pass, and AWS refuses when it is applied. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...NETWORK,
  ...ENTRY,
  ...COMPUTE,
  ...DATA,
  ...OPERATIONS,
];

const BY_TYPE = Map.groupBy(REQUIREMENTS, ({ type }) => type);

/**
 * Asks of every resource what AWS asks of it. What is generated has it all; an override may take it away.
 * @throws PlumblineError TERRAFORM_ARGUMENT_MISSING with all that is missing, at its addresses.
 */
export function requireArguments(resources: readonly Resource[]): void {
  const missing = resources.flatMap((resource) =>
    (BY_TYPE.get(resource.type) ?? [])
      .filter((requirement) => isMissing(requirement, resource, resources))
      .map((requirement) => ({ resource, requirement })),
  );
  if (missing.length === 0) return;
  const pages = new Set(missing.map(({ requirement }) => requirement.page));
  throw new PlumblineError(
    "TERRAFORM_ARGUMENT_MISSING",
    missing.map(({ resource, requirement }) => describe(resource, requirement)).join(" "),
    `Give it in the architecture's \`terraform\`, or leave out the override that takes it away: ${[...pages].join(", ")}.`,
  );
}

/** Whether a resource lacks what it needs, in itself or in one of its blocks. */
export function isMissing(
  requirement: Requirement,
  resource: Resource,
  resources: readonly Resource[],
): boolean {
  return placesOf(requirement, resource).some(
    (place) =>
      requirement.when(place, { resource, resources }) &&
      !requirement.oneOf.some((name) => isGiven(place[name])),
  );
}

function describe({ address }: Resource, { block, oneOf, why }: Requirement): string {
  const place = block === null ? "" : `${block}.`;
  return `${address} has no ${oneOf.map((name) => `${place}${name}`).join(" or ")}: ${why}.`;
}
