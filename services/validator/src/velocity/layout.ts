import { hash } from "node:crypto";

import type { AggregateDefinition } from "./aggregate.ts";

/** How a group keeps its observations in Redis (velocity/lua): what one structure can tell, it is kept once for. */
type Kind = "count" | "distinct" | "total" | "maximum";

/**
 * Definitions that Redis answers from the same entries: of one kind, one key field, and windows of one class. Their
 * entries are kept for `retention`, whichever windows are asked for: so a new definition of a group that exists is
 * complete at once, and one of another group leaves those that exist alone.
 */
export interface Group {
  /** Names the group on every replica. */
  readonly id: string;
  readonly kind: Kind;
  readonly key: string;
  readonly of: string | null;
  /** Milliseconds. */
  readonly retention: number;
  /** Milliseconds each, in the order in which Redis answers them. */
  readonly windows: readonly number[];
}

/** Where a definition's figure stands in the answer of Redis. */
export interface Place {
  readonly id: string;
  readonly function: AggregateDefinition["function"];
  readonly window: number;
  /** Index of its group, and of its first number among those of a transaction. */
  readonly group: number;
  readonly offset: number;
}

/** A set of definitions, as Redis is asked for it. */
export interface Layout {
  readonly definitions: readonly AggregateDefinition[];
  readonly groups: readonly Group[];
  readonly places: readonly Place[];
  /**
   * Key fields in the order of the script's arguments, with what the names of their values begin with in Redis, and the
   * fields of which their groups count the values.
   */
  readonly keys: readonly {
    readonly field: string;
    readonly prefix: string;
    readonly of: readonly string[];
  }[];
  /** Numbers that the figures of one transaction take. */
  readonly width: number;
  /** The first argument of the script. */
  readonly json: string;
}

/** The prefix of the few keys that hold no entries. */
export const PREFIX = "velocity:";
/** While this key is there, decisions of the last seconds are missing from all windows. */
export const BACKLOG_KEY = `${PREFIX}backlog`;

/** Key that says since when a group is complete. */
export function coverageKey(group: Group): string {
  return `${PREFIX}coverage:${group.id}`;
}

const KINDS: Readonly<Record<AggregateDefinition["function"], Kind>> = {
  count: "count",
  countDistinct: "distinct",
  sum: "total",
  average: "total",
  maximum: "maximum",
};

/** Numbers in which Redis answers a figure: a total is its count and the two halves of its amount. */
const WIDTHS: Readonly<Record<Kind, number>> = { count: 1, distinct: 1, total: 3, maximum: 2 };

/** Retentions by name: the longest window of each class, in milliseconds. */
const CLASSES: readonly (readonly [string, number])[] = [
  ["hour", 3_600_000],
  ["day", 86_400_000],
  ["month", 30 * 86_400_000],
];

/** Arranges definitions in groups; the order of the definitions does not matter. */
export function arrange(definitions: readonly AggregateDefinition[]): Layout {
  const groups: Group[] = [];
  const places: Place[] = [];
  const keys = sortedBy(definitions, ({ key }) => key).map(([field, ofField]) => {
    const members = sortedBy(ofField, groupId).map(([id, ofGroup]) => groupOf(id, ofGroup));
    groups.push(...members);
    return { field, prefix: `v:${short(field)}:`, of: members.flatMap(({ of }) => of ?? []), members };
  });
  let width = 0;
  for (const [index, { id, kind, windows }] of groups.entries()) {
    for (const definition of definitions.filter((one) => groupId(one) === id)) {
      const offset = width + windows.indexOf(definition.window) * WIDTHS[kind];
      places.push({
        id: definition.id,
        function: definition.function,
        window: definition.window,
        group: index,
        offset,
      });
    }
    width += windows.length * WIDTHS[kind];
  }
  const json = JSON.stringify({
    keys: keys.map(({ members }) =>
      members.map(({ kind, id, retention, windows }) => [kind, short(id), retention, windows]),
    ),
    coverage: [BACKLOG_KEY, ...groups.map(coverageKey)],
  });
  return { definitions, groups, places, keys, width, json };
}

/** Of a layout, some of its groups alone. */
export function subLayout({ definitions }: Layout, groups: readonly Group[]): Layout {
  const wanted = new Set(groups.map(({ id }) => id));
  return arrange(definitions.filter((definition) => wanted.has(groupId(definition))));
}

/** Milliseconds; 0 where there is no window. */
export function longestWindow({ definitions }: Layout): number {
  return Math.max(0, ...definitions.map(({ window }) => window));
}

function groupOf(id: string, definitions: readonly AggregateDefinition[]): Group {
  const [{ function: name, key, of, window }] = definitions as [AggregateDefinition];
  const windows = [...new Set(definitions.map((definition) => definition.window))].sort((a, b) => a - b);
  return { id, kind: KINDS[name], key, of, retention: classOf(window)[1], windows };
}

/** The items by name, in the order of their names. */
function sortedBy<Item>(items: readonly Item[], name: (item: Item) => string): [string, Item[]][] {
  return [...Map.groupBy(items, name)].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Redis hashes names several times for each command, so they are short. */
function short(name: string): string {
  return hash("sha256", name, "base64url").slice(0, 6);
}

function classOf(window: number): readonly [string, number] {
  return CLASSES.find(([, longest]) => window <= longest) ?? [String(window), window];
}

function groupId({ function: name, window, key, of }: AggregateDefinition): string {
  const field = of === null ? key : `${key}>${of}`;
  return `${KINDS[name]}:${classOf(window)[0]}:${field}`;
}
