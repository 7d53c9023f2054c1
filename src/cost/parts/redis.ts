import type { ResolvedStore } from "#model/architecture.ts";
import { machineOf } from "#aws/instance-types/instance-types.ts";
import type { Line } from "../line.ts";
import { DAY_MS, GIB, HOURS_A_MONTH } from "../month.ts";

export type Redis = Extract<ResolvedStore, { readonly kind: "redis" }>;

/** How full a cache is taken to be when it is saved. */
const FULL_SHARE = 0.5;

export function cacheNodes({ readReplicas, multiZone }: Pick<Redis, "readReplicas" | "multiZone">): number {
  return 1 + Math.max(readReplicas, multiZone ? 1 : 0);
}

/** Nodes by the hour, and snapshots but for the one that is free. https://aws.amazon.com/elasticache/pricing/ */
export function redisLines(name: string, store: Redis): Line[] {
  if (store.hosting === "pods" || store.instance === undefined) return [];
  const part = `stores.${name}`;
  return [
    {
      component: "elasticache",
      name: `${name}: ${store.instance}`,
      part,
      sku: `elasticache.redis.${store.instance}`,
      quantity: cacheNodes(store),
      hours: HOURS_A_MONTH,
    },
    ...snapshotLines(name, store.instance, store.snapshots),
  ];
}

function snapshotLines(name: string, instance: string, snapshots: Redis["snapshots"]): Line[] {
  const memory = machineOf(instance)?.memory;
  if (!snapshots || memory === undefined) return [];
  const kept = snapshots.retention / Math.min(snapshots.every, DAY_MS);
  const billed = Math.max(0, kept - 1) * (memory / GIB) * FULL_SHARE;
  return [
    {
      component: "elasticache",
      name: `${name}: snapshots`,
      part: `stores.${name}.snapshots`,
      sku: "elasticache.backup",
      quantity: billed,
      assumption: `${Math.round(kept)} snapshots are kept, one of them free, of a cache that is half full.`,
    },
  ];
}
