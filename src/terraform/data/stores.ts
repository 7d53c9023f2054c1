import type { ResolvedStore } from "#model/architecture.ts";
import type { StoreKind } from "#model/stores/store.ts";
import type { Context } from "../context.ts";
import type { Vpc } from "../network/vpc.ts";
import type { SecurityGroups } from "../security/groups.ts";
import type { Keys } from "../security/keys.ts";
import { auroraOf } from "./aurora.ts";
import type { DatabaseTools, StoreAddress } from "./database.ts";
import { documentDbOf } from "./documentdb.ts";
import { rdsOf } from "./rds.ts";
import { redisOf } from "./redis.ts";

type Of<Kind extends StoreKind> = Extract<ResolvedStore, { readonly kind: Kind }>;
type Made<Kind extends StoreKind> = (tools: DatabaseTools, name: string, store: Of<Kind>) => StoreAddress;

/** How each kind of store with an address in the VPC is made; buckets are reached by their names. */
const MAKERS: { readonly [Kind in Exclude<StoreKind, "bucket">]: Made<Kind> } = {
  postgresql: (tools, name, store) =>
    store.engine === "aurora" ? auroraOf(tools, name, store) : rdsOf(tools, name, store),
  mysql: rdsOf,
  documentdb: documentDbOf,
  redis: redisOf,
};

/** The stores that AWS manages, and how services reach them. Those in pods are the cluster's affair. */
export function storesOf(
  context: Context,
  vpc: Vpc,
  keys: Keys,
  groups: SecurityGroups,
): Readonly<Record<string, StoreAddress>> {
  const addresses = Object.entries(context.architecture.stores).flatMap(([name, store]) => {
    const group = groups.stores[name];
    if (store.kind === "bucket" || !group) return [];
    const make = MAKERS[store.kind] as Made<typeof store.kind>;
    return [[name, make({ context, vpc, keys, group }, name, store as never)] as const];
  });
  return Object.fromEntries(addresses);
}
