import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { Substitute } from "#model/substitutes.ts";
import { type Bytes, formatSize } from "#model/quantities/size.ts";

export type Redis = Extract<ResolvedStore, { kind: "redis" }>;
type Stores = Pick<ResolvedArchitecture, "stores">["stores"];

/** All caches of a twin together have no more of the machine's memory than this: databases and services need the rest. */
const SHARE_OF_MEMORY = 1 / 8;
const MIB = 2 ** 20;

/** GiB of a node, as Amazon's price list has them. https://aws.amazon.com/elasticache/pricing/ */
const NODE_MEMORY: readonly {
  readonly families: RegExp;
  readonly sizes: Readonly<Record<string, number>>;
}[] = [
  { families: /^t(3|4g)$/, sizes: { micro: 0.5, small: 1.37, medium: 3.09 } },
  { families: /^m(5|6g|7g)$/, sizes: { large: 6.38, xlarge: 12.93, "2xlarge": 26.04, "4xlarge": 52.26 } },
  { families: /^r(5|6g|7g)$/, sizes: { large: 13.07, xlarge: 26.32, "2xlarge": 52.82, "4xlarge": 105.81 } },
];

/** How many nodes a cache has: its primary, its read replicas, and at least one replica where one is to take over. */
export function nodeCount({ readReplicas, multiZone }: Redis): number {
  return 1 + Math.max(readReplicas, multiZone ? 1 : 0);
}

/**
 * What a node of a cache may hold: the memory of its node type, or of its pod, as far as this machine has room for it.
 * @param memory of the machine, in bytes
 */
export function nodeMemory(store: Redis, stores: Stores, memory: Bytes): Bytes {
  const nodes = caches(stores).reduce((sum, [, cache]) => sum + nodeCount(cache), 0);
  // Never 0, which Redis reads as no limit.
  const room = Math.max(1, Math.floor((memory * SHARE_OF_MEMORY) / nodes / MIB)) * MIB;
  return Math.min(declaredMemory(store) ?? room, room);
}

/** The caches whose nodes hold less here than is declared. */
export function memorySubstitutes(stores: Stores, memory: Bytes): Substitute[] {
  return caches(stores).flatMap(([name, store]) => {
    const [declared, runs] = [declaredMemory(store), nodeMemory(store, stores, memory)];
    if (declared !== null && declared <= runs) return [];
    return [
      {
        part: `stores.${name}.memory`,
        declared: declared === null ? `a node of ${store.instance}` : `${inGib(declared)} a node`,
        runs: `${formatSize(runs)} a node`,
        reason: `the twin's caches share an eighth of this machine's memory of ${inGib(memory)}`,
      },
    ];
  });
}

/** Null where the node type is not in the table. */
function declaredMemory({ instance, limits, size }: Redis): Bytes | null {
  const pod = limits?.memory ?? size?.memory;
  if (pod !== undefined) return pod;
  const [, family = "", name = ""] = instance?.split(".") ?? [];
  const gib = NODE_MEMORY.find(({ families }) => families.test(family))?.sizes[name];
  return gib === undefined ? null : Math.round(gib * 2 ** 30);
}

function caches(stores: Stores): [string, Redis][] {
  return Object.entries(stores).filter((entry): entry is [string, Redis] => entry[1].kind === "redis");
}

function inGib(bytes: Bytes): string {
  return `${Number((bytes / 2 ** 30).toFixed(2))}GiB`;
}
