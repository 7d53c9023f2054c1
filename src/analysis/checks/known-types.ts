import type { ResolvedArchitecture } from "#model/architecture.ts";
import { unknownType } from "#aws/instance-types/families.ts";
import { INSTANCE_TYPES_SOURCE } from "#aws/instance-types/instance-types.ts";
import { type Check, fails, referencesTo } from "../finding.ts";
import { caches, databases } from "../parts.ts";

/** Machines that AWS does not have: a size that there is not, or one that its family lacks. */
export const knownTypes: Check = (architecture) =>
  typesOf(architecture).flatMap(({ part, type }) => {
    const why = unknownType(type);
    if (why === null) return [];
    return [
      fails(
        {
          check: "type-known",
          part,
          says: `AWS has no ${type}: there is ${why}.`,
          references: referencesTo(INSTANCE_TYPES_SOURCE),
        },
        "Take a type that there is.",
      ),
    ];
  });

function typesOf(architecture: ResolvedArchitecture): { readonly part: string; readonly type: string }[] {
  const { compute } = architecture;
  const machines =
    compute.kind === "eks"
      ? Object.entries(compute.nodeGroups).flatMap(([name, { instanceTypes }]) =>
          instanceTypes.map((type, index) => ({
            part: `compute.nodeGroups.${name}.instanceTypes.${index}`,
            type,
          })),
        )
      : compute.kind === "ec2-auto-scaling"
        ? [{ part: "compute.instanceType", type: compute.instanceType }]
        : [];
  const stores = [...databases(architecture), ...caches(architecture)].flatMap(([name, store]) =>
    store.hosting === "managed" && store.instance !== undefined
      ? [{ part: `stores.${name}.instance`, type: store.instance }]
      : [],
  );
  return [...machines, ...stores];
}
