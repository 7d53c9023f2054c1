// How large a document is, before anything is looked up: deepest nesting and number of aliases.
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type SelectionSetNode,
} from "graphql";

import { coded } from "./errors.ts";

/** A question that people ask by a page needs less than half of each. */
export const LIMITS = {
  /** Characters of a document. */
  length: 16_384,
  tokens: 1000,
  /** Fields within fields, fragments spread out. */
  depth: 12,
  aliases: 20,
} as const;

export interface Shape {
  readonly depth: number;
  readonly aliases: number;
}

/**
 * Each fragment is measured once, however often it is spread, so that this takes as long as the document is. A fragment
 * that leads to itself ends there: validation refuses it. Introspection is not counted, its depth has a rule of its own.
 */
export function shapeOf({ definitions }: DocumentNode): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  }
  const depths = new Map<string, number>();
  let aliases = 0;

  function depthOfFragment(name: string): number {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    depths.set(name, 0);
    const depth = fragment === undefined ? 0 : depthOf(fragment.selectionSet);
    depths.set(name, depth);
    return depth;
  }

  function depthOf(selectionSet: SelectionSetNode | undefined): number {
    let deepest = 0;
    for (const each of selectionSet?.selections ?? []) {
      if (each.kind === Kind.FIELD) {
        if (each.alias !== undefined) aliases++;
        const depth = 1 + depthOf(each.selectionSet);
        if (!each.name.value.startsWith("__")) deepest = Math.max(deepest, depth);
      } else {
        const depth =
          each.kind === Kind.FRAGMENT_SPREAD ? depthOfFragment(each.name.value) : depthOf(each.selectionSet);
        deepest = Math.max(deepest, depth);
      }
    }
    return deepest;
  }

  let depth = 0;
  for (const each of definitions) {
    // Fragments that none of them spreads are refused by validation.
    if (each.kind === Kind.OPERATION_DEFINITION) depth = Math.max(depth, depthOf(each.selectionSet));
  }
  return { depth, aliases };
}

/** Why a document of this shape is not looked at; empty where it is. */
export function shapeErrors({ depth, aliases }: Shape): GraphQLError[] {
  return [
    ...(depth > LIMITS.depth
      ? [coded("TOO_DEEP", `The document is ${depth} fields deep; ${LIMITS.depth} are taken.`)]
      : []),
    ...(aliases > LIMITS.aliases
      ? [coded("TOO_MANY_ALIASES", `The document has ${aliases} aliases; ${LIMITS.aliases} are taken.`)]
      : []),
  ];
}
