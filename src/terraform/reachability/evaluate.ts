import { type HclValue, isExpression } from "../hcl/expression.ts";
import type { Resource, ResourceType, Resources } from "../stack.ts";

/** The address of the resource that an argument refers to: `aws_subnet.private_a` of `aws_subnet.private_a.id`. */
export function referred(value: unknown): string | null {
  if (!isExpression(value) || value.expression.kind !== "reference") return null;
  return /^(aws_\w+\.\w+)/.exec(value.expression.address)?.[1] ?? null;
}

/** The addresses that a list of references names. */
export function referredAll(values: unknown): string[] {
  return Array.isArray(values) ? values.flatMap((value) => referred(value) ?? []) : [];
}

/** The resources of a type, with their arguments as plain data to look into. */
export function ofType<Type extends ResourceType>(
  stack: Resources,
  type: Type,
): { readonly address: string; readonly name: string; readonly args: Readonly<Record<string, HclValue>> }[] {
  return stack.resources
    .filter((resource: Resource) => resource.type === type)
    .map(({ address, name, arguments: args }) => ({
      address,
      name,
      args: args as unknown as Readonly<Record<string, HclValue>>,
    }));
}

/** A block that may be there once, or a list of them. */
export function blocks(value: unknown): Readonly<Record<string, HclValue>>[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]) as Readonly<Record<string, HclValue>>[];
}
