import type { ArchitectureInput } from "./schema.ts";

/**
 * What an environment may change: sizes, counts, NAT mode, Multi-AZ, retention and protection. Parts keep their
 * names and their connections, so that what is proven in one environment says something about the others.
 */
export const OVERLAID = {
  network: ["nat", "flowLogs", "endpoints", "vpn"],
  entry: ["waf", "ddos", "loadBalancer", "dns", "certificate"],
  compute: [
    "nodeGroups",
    "clusterAutoscaler",
    "maxNodes",
    "capacity",
    "containerInsights",
    "instanceType",
    "volume",
    "detailedMonitoring",
  ],
  services: ["size", "limits", "replicas", "scaling", "env", "workers", "disruption", "capacity", "image"],
  stores: [
    "instance",
    "storage",
    "size",
    "limits",
    "volume",
    "multiZone",
    "readReplicas",
    "backup",
    "snapshots",
    "insights",
    "deletionProtection",
    "connectionsPerReplica",
    "rotation",
    "expireAfter",
    "lifecycle",
  ],
  observability: ["logs", "metrics", "tracing", "alarms", "notify"],
  security: ["detection", "keys"],
  recovery: ["region", "drills"],
  billing: ["tags", "usage"],
} as const;

export type OverlaidPart = keyof typeof OVERLAID;

/** Parts that hold others by name: the overlay names the part first. */
export const OVERLAID_BY_NAME = ["services", "stores"] as const satisfies readonly OverlaidPart[];

type Field<Part extends OverlaidPart> = (typeof OVERLAID)[Part][number];

/** Every field that some member of the union has, each optional and partial all the way down. */
type Partly<T, Fields extends PropertyKey> = T extends unknown
  ? { readonly [Key in keyof T & Fields]?: DeepPartial<T[Key]> }
  : never;
type DeepPartial<T> = T extends string | number | boolean | undefined | null
  ? T
  : T extends readonly unknown[]
    ? T
    : { readonly [Key in keyof T]?: DeepPartial<T[Key]> };

type Input<Part extends OverlaidPart> = NonNullable<ArchitectureInput[Part]>;

/** What one environment changes. Records merge by key, arrays are replaced. */
export type Overlay<ServiceName extends string = string, StoreName extends string = string> = {
  readonly [Part in Exclude<OverlaidPart, "services" | "stores">]?: Partly<Input<Part>, Field<Part>>;
} & {
  readonly services?: {
    readonly [Key in NoInfer<ServiceName>]?: Partly<Input<"services">[string], Field<"services">>;
  };
  readonly stores?: {
    readonly [Key in NoInfer<StoreName>]?: Partly<Input<"stores">[string], Field<"stores">>;
  };
};
