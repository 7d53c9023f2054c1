import type { StoreKind } from "#model/stores/store.ts";
import type { Substitute } from "#model/substitutes.ts";

/** `partly`: something that should run does not, or is not healthy yet. */
export type TwinPhase = "starting" | "running" | "partly" | "stopping";

export interface ReplicaStatus {
  readonly id: string;
  readonly zone: string;
  readonly version: string;
  readonly state: string;
  readonly address: string;
  readonly pid: number | null;
  /** When its process was started, RFC 3339; null while it has none. */
  readonly startedAt: string | null;
}

export interface ServiceStatus {
  readonly name: string;
  readonly kind: "web" | "worker" | "job";
  readonly desired: number;
  readonly healthy: number;
  readonly replicas: readonly ReplicaStatus[];
}

export interface StoreNodeStatus {
  readonly id: string;
  readonly zone: string;
  readonly role: string;
  readonly state: string;
  readonly address: string;
  readonly pid: number | null;
}

export interface StoreStatus {
  readonly name: string;
  readonly kind: string;
  /** The program's own version: `PostgreSQL 15.18`. */
  readonly program: string;
  /** Whether an acknowledged write is on two nodes. */
  readonly protected: boolean;
  readonly nodes: readonly StoreNodeStatus[];
  readonly writer: string;
  readonly reader: string;
}

/** How to talk to a store, with its password. */
export interface StoreConnection {
  readonly name: string;
  readonly kind: StoreKind;
  readonly writer: string;
  readonly reader: string;
}

export interface ZoneStatus {
  readonly name: string;
  readonly subnets: Readonly<Record<string, string>>;
  readonly replicas: number;
  readonly forwarder: { readonly pid: number | null; readonly state: string };
}

/** What a twin is at this moment; `plumbline status --json` and the control API give exactly this. */
export interface TwinStatus {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly architecture: string;
  readonly environment: string;
  readonly profile: "local" | "document";
  readonly phase: TwinPhase;
  /** Where the load balancer listens, the first listener's URL; null until it does. */
  readonly endpoint: string | null;
  readonly control: string;
  readonly stateDirectory: string;
  readonly supervisor: { readonly pid: number; readonly memoryMiB: number };
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly loadBalancer: {
    readonly pid: number | null;
    readonly listeners: readonly string[];
    readonly state: string;
  };
  readonly zones: readonly ZoneStatus[];
  readonly services: readonly ServiceStatus[];
  readonly stores: readonly StoreStatus[];
  readonly substitutes: readonly Substitute[];
}

/** Something that happened in a twin, for people who watch and for the log. */
export interface TwinEvent {
  /** RFC 3339. */
  readonly time: string;
  readonly level: "info" | "warning" | "error";
  /** The part that it is about: `api-1`, `database`, `twin`. */
  readonly part: string;
  readonly message: string;
}
