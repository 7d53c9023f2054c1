import type { StoreKind } from "#model/stores/store.ts";
import type { Substitute } from "#model/substitutes.ts";
import type { Change } from "./changes/difference.ts";
import type { Failure } from "./failure.ts";

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
  /** How many replicas a roll has still to replace. */
  readonly outdated: number;
  /** Null where the service is as it should be. */
  readonly trouble: ServiceTrouble | null;
  readonly replicas: readonly ReplicaStatus[];
}

/** Why a service is not as it should be yet. */
export interface ServiceTrouble {
  /** How many starts in a row have failed. */
  readonly failures: number;
  /** The replica that was lost last, or is not healthy. */
  readonly replica: string;
  readonly reason: string;
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
  /** Whether the primary acknowledges a write before its replica has it; `none` where nothing is replicated. */
  readonly replication: "synchronous" | "asynchronous" | "none";
  /** Whether a node is there to take over. With synchronous replication it has every acknowledged write. */
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
  /** The URLs of the load balancer's node in this zone; none where only 127.0.0.1 is loopback. */
  readonly listeners: readonly string[];
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
  /** The URL of the first listener that leads to services and not to another listener; null until it listens. */
  readonly endpoint: string | null;
  readonly control: string;
  readonly stateDirectory: string;
  readonly supervisor: { readonly pid: number; readonly memoryMiB: number };
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  readonly loadBalancer: {
    readonly pid: number | null;
    readonly listeners: readonly string[];
    /** The certificate authority that clients of https listeners have to trust, a PEM file; null without https. */
    readonly authority: string | null;
    readonly state: string;
  };
  readonly zones: readonly ZoneStatus[];
  readonly services: readonly ServiceStatus[];
  readonly stores: readonly StoreStatus[];
  /** The services and stores that are not as they should be yet. */
  readonly unsettled: readonly string[];
  /** The last change that `up` made, or makes, to the running twin; null where there was none. */
  readonly change: ChangeStatus | null;
  readonly substitutes: readonly Substitute[];
}

/** How a running twin becomes what its architecture says now. */
export interface ChangeStatus {
  /** Counts the twin's changes. */
  readonly id: number;
  readonly state: "under way" | "applied" | "failed";
  readonly changes: readonly Change[];
  /** The services and jobs that are run anew because their program files have changed. */
  readonly programs: readonly string[];
  /** Why it failed. */
  readonly error: Failure | null;
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
