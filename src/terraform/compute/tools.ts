import type { Context } from "../context.ts";
import type { Buckets } from "../data/buckets.ts";
import type { StoreAddress } from "../data/database.ts";
import type { LoadBalancer } from "../entry/load-balancer.ts";
import type { Vpc } from "../network/vpc.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { SecurityGroups } from "../security/groups.ts";
import type { Keys } from "../security/keys.ts";
import type { Registry } from "./registry.ts";

/** What services are run with, on whatever compute. */
export interface ComputeTools {
  readonly context: Context;
  readonly vpc: Vpc;
  readonly groups: SecurityGroups;
  readonly keys: Keys;
  readonly loadBalancer: LoadBalancer;
  readonly stores: Readonly<Record<string, StoreAddress>>;
  readonly buckets: Buckets;
  readonly secrets: Secrets;
  readonly registry: Registry;
}
