import type { Resource, Resources } from "#terraform/stack.ts";
import { changesOf, concerns, type Gap } from "./gap.ts";

/** What of a module the emulator is given, and how that differs from what users apply. */
export interface Emulated {
  /** Everything but what is left out. */
  readonly applied: readonly Resource[];
  readonly leftOut: readonly LeftOut[];
  readonly changed: readonly Difference[];
  readonly ignored: readonly Difference[];
}

export interface LeftOut {
  readonly address: string;
  /** The gap; or the address of what is left out and that this one refers to. */
  readonly because: Gap | string;
}

/** Arguments of one resource that a gap is about. */
export interface Difference {
  readonly resource: Resource;
  readonly gap: Gap;
}

/** A resource with what it says instead, where a gap changes arguments. */
interface Told {
  readonly resource: Resource;
  readonly says: string;
}

/**
 * What is left out takes with it whatever refers to it, for that could not be applied either; unless the table changes the
 * argument that refers to it.
 */
export function emulated({ resources }: Resources, gaps: readonly Gap[]): Emulated {
  const about = (kind: Gap["done"]["kind"], resource: Resource) =>
    gaps.filter((gap) => gap.done.kind === kind && concerns(gap, resource));
  const changing = (resource: Resource) => [...about("changed", resource), ...about("lifted", resource)];
  const leftOut = new Map<string, LeftOut>();
  for (const resource of resources) {
    const [gap] = about("left-out", resource);
    if (gap) leftOut.set(resource.address, { address: resource.address, because: gap });
  }
  const told = resources.map((resource) => ({ resource, says: saidBy(resource, changing(resource)) }));
  for (let found: LeftOut | null; (found = dependent(told, leftOut)) !== null;)
    leftOut.set(found.address, found);

  const applied = resources.filter(({ address }) => !leftOut.has(address));
  const differences = (gapsOf: (resource: Resource) => Gap[]) =>
    applied.flatMap((resource) => gapsOf(resource).map((gap) => ({ resource, gap })));
  return {
    applied,
    leftOut: [...leftOut.values()],
    changed: differences(changing),
    ignored: differences((resource) => about("ignored", resource)),
  };
}

function dependent(told: readonly Told[], leftOut: ReadonlyMap<string, LeftOut>): LeftOut | null {
  for (const { resource, says } of told) {
    if (leftOut.has(resource.address)) continue;
    const missing = addressesIn(says).find((address) => leftOut.has(address));
    if (missing !== undefined) return { address: resource.address, because: missing };
  }
  return null;
}

function saidBy(resource: Resource, changes: readonly Gap[]): string {
  const { arguments: args, meta } = resource;
  const changed = changes.map((gap) => changesOf(gap, resource));
  const awaited = meta.dependsOn?.map(({ address }) => address);
  return JSON.stringify([Object.assign({}, args, ...changed), meta.forEach, awaited]);
}

function addressesIn(text: string): string[] {
  return [...text.matchAll(/\baws_\w+\.\w+/g)].map(([address]) => address);
}
