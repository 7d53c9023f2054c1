import type { StoreKind } from "#model/stores/store.ts";
import type { Substitute } from "#model/substitutes.ts";
import type { BackupSummary } from "./backups/backup-status.ts";
import type { Change } from "./changes/difference.ts";
import type { Failure } from "./failure.ts";
import type { FaultStatus } from "./faults/fault-status.ts";

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
  /** Which of its versions it runs; `current` is the service as it is declared. */
  readonly version: string;
  /** What AWS would run. */
  readonly imageTag: string;
  /** The last deployment, under way or over; null where there was none since `up`. */
  readonly deployment: DeploymentStatus | null;
  readonly desired: number;
  readonly healthy: number;
  /** How many replicas a roll has still to replace. */
  readonly outdated: number;
  /** Null where the service is as it should be. */
  readonly trouble: ServiceTrouble | null;
  readonly replicas: readonly ReplicaStatus[];
}

/** How a service gets, or has got, another version. */
export interface DeploymentStatus {
  /** Counts the service's deployments. */
  readonly id: number;
  readonly state: "IN_PROGRESS" | "COMPLETED" | "FAILED";
  readonly phase: string;
  /** Why it is in its state, in words. */
  readonly reason: string;
  /** Whether it has failed and the service runs again what it ran before. */
  readonly rolledBack: boolean;
  /** Versions, with the image's tag where one was asked for: `v2`, `current:1.4.2`. */
  readonly from: string;
  readonly to: string;
  /** New replicas that have proved themselves, of all that there should be. */
  readonly replaced: number;
  readonly total: number;
  /** How many new replicas have failed since one had proved itself. */
  readonly failed: number;
  /** How many of them end the deployment; null where they are not counted. */
  readonly threshold: number | null;
  readonly lastFailure: {
    readonly replica: string;
    readonly reason: string;
    /** The end of what it wrote; null until the deployment is given up. */
    readonly output: string | null;
  } | null;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** How a service is scaled, and what it is scaled by now. */
export interface ScalingStatus {
  readonly service: string;
  /** Policies as on ECS and EC2, or the autoscaler of pods as on EKS. */
  readonly by: "policies" | "pod autoscaler";
  readonly desired: number;
  /** What the number keeps within here: the bounds, as far as this machine has room. */
  readonly min: number;
  readonly max: number;
  /** The upper bound without regard to the machine. */
  readonly declaredMax: number;
  /** The schedule that has set the bounds; null while they are the declared ones. */
  readonly boundsBy: string | null;
  readonly metrics: readonly {
    /** `cpu`, `memory` (per cent of the declared size), `requests-per-target` (a minute). */
    readonly metric: "cpu" | "memory" | "requests-per-target";
    /** On average over the replicas; null while it is not known. */
    readonly value: number | null;
    /** What target tracking keeps it at; null for a step policy. */
    readonly target: number | null;
    /** Beyond what a step policy acts; null otherwise. */
    readonly above: number | null;
    readonly below: number | null;
  }[];
  readonly lastActivity: {
    /** RFC 3339. */
    readonly at: string;
    readonly from: number;
    readonly to: number;
    /** In words: `cpu 93 % of 70 %`. */
    readonly cause: string;
  } | null;
  readonly nextSchedule: { readonly name: string; readonly at: string } | null;
}

/** How a store's credentials change. */
export interface RotationStatus {
  readonly store: string;
  /** Milliseconds; null where they change only by hand. */
  readonly everyMs: number | null;
  /** Counts the rotations since `up`. */
  readonly number: number;
  /** What is being done; null while nothing is. */
  readonly step: string | null;
  /** What services that start log in as. */
  readonly user: string;
  /** What some may still be logged in as; null where all use the same. */
  readonly previousUser: string | null;
  /** Why the last step failed; what is current works all the same. */
  readonly failure: { readonly step: string; readonly reason: string } | null;
  /** When they became current last, and when they change next by themselves; RFC 3339. */
  readonly last: string | null;
  readonly next: string | null;
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
  /** Of each service that is scaled. */
  readonly scaling: readonly ScalingStatus[];
  readonly stores: readonly StoreStatus[];
  /** The services and stores that are not as they should be yet. */
  readonly unsettled: readonly string[];
  /** How the credentials of each store that has some are rotated. */
  readonly rotations: readonly RotationStatus[];
  /** The last change that `up` made, or makes, to the running twin; null where there was none. */
  readonly change: ChangeStatus | null;
  /** What is broken on purpose. */
  readonly faults: readonly FaultStatus[];
  readonly substitutes: readonly Substitute[];
  /** Of the stores that are backed up, as it was a moment ago. */
  readonly backups: readonly BackupSummary[];
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
