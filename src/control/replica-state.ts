import type { Backoff } from "./backoff.ts";
import type { Instant } from "./controller.ts";
import { type Zone, type ZoneCounts, countByZone } from "./placement.ts";

/** All times in milliseconds. */
export interface ReplicaSettings {
  /** The most replicas that the service may ever be asked to hold. */
  readonly max: number;
  /**
   * How many live replicas may exist beyond the desired count, so that a replacement can start before
   * what it replaces stops: what ECS's maximumPercent leaves above 100 %. Live are those that start
   * or run; those that drain or stop are not counted, as on ECS. With 0 the sick stop first, and zones
   * are not rebalanced by moving healthy replicas, as ECS does not with a maximumPercent of 100.
   */
  readonly surge: number;
  /** How long a replica may take from its start until it is healthy for the first time. */
  readonly startTimeoutMs: number;
  /**
   * For how long after its process has started a replica that was never healthy is not replaced for
   * failing its checks (healthCheckGracePeriodSeconds, 0 on ECS unless declared).
   */
  readonly healthCheckGracePeriodMs: number;
  /** How long a deregistered replica may finish its requests (the target group's deregistration delay). */
  readonly deregistrationDelayMs: number;
  /** From SIGTERM to SIGKILL (ECS's stopTimeout). */
  readonly stopTimeoutMs: number;
  readonly backoff: Backoff;
}

export interface Replica {
  readonly id: string;
  readonly zone: string;
  readonly version: string;
  /**
   * `draining` has left the target group and finishes its requests, `stopping` got SIGTERM. One that
   * is gone is no longer in the state.
   */
  readonly phase: "starting" | "running" | "draining" | "stopping";
  /** What the target group says; only a running replica can be more than unknown. */
  readonly health: "unknown" | "healthy" | "unhealthy";
  /** When it entered its phase. */
  readonly since: Instant;
  /** When its start was asked for. */
  readonly requestedAt: Instant;
  /** When its process was there. */
  readonly startedAt: Instant | null;
  readonly firstHealthyAt: Instant | null;
  /** Why it has to be replaced; null while it is well, or may still become well. */
  readonly sick: "did not become healthy in time" | "unhealthy" | null;
  /** Whether SIGKILL was sent. */
  readonly killed: boolean;
}

export interface ReplicasState {
  readonly service: string;
  /** What new replicas run. */
  readonly version: string;
  readonly settings: ReplicaSettings;
  readonly zones: readonly Zone[];
  /** As many as were asked for, at most `settings.max`. */
  readonly desired: number;
  /** Whether everything is to stop, for good. */
  readonly stopped: boolean;
  readonly replicas: readonly Replica[];
  /** The zones of lost replicas that have no successor yet. */
  readonly vacancies: readonly string[];
  /** The replica that was lost last, and why. */
  readonly lastLoss: { readonly id: string; readonly reason: string } | null;
  /** How many waves of starts have failed in a row. */
  readonly failures: number;
  readonly lastFailureAt: Instant | null;
  /** Before this, nothing is started. */
  readonly retryAt: Instant | null;
  readonly nextNumber: number;
  /** When the last step was. */
  readonly asOf: Instant;
}

export type ReplicasEvent =
  | { readonly kind: "scale"; readonly desired: number }
  /** Its process is there; a service without health checks says `healthy` right after. */
  | { readonly kind: "started"; readonly id: string }
  /** Its process is gone, or could not be started. */
  | { readonly kind: "exited"; readonly id: string; readonly reason: string }
  | { readonly kind: "healthy"; readonly id: string }
  | { readonly kind: "unhealthy"; readonly id: string }
  /** A deregistered replica has no request left. */
  | { readonly kind: "drained"; readonly id: string }
  | { readonly kind: "zone"; readonly zone: string; readonly available: boolean }
  | { readonly kind: "stop-all" };

export type ReplicasAction =
  | { readonly kind: "start"; readonly id: string; readonly zone: string; readonly version: string }
  /** Leave the target group, and say `drained` when the last request has ended. */
  | { readonly kind: "deregister"; readonly id: string }
  /** SIGTERM. */
  | { readonly kind: "stop"; readonly id: string }
  /** SIGKILL. */
  | { readonly kind: "kill"; readonly id: string };

export interface ReplicasSummary {
  readonly phase: "steady" | "changing" | "backing off" | "stopping" | "stopped";
  readonly desired: number;
  readonly healthy: number;
  readonly starting: number;
  readonly sick: number;
  readonly leaving: number;
  readonly healthyByZone: ZoneCounts;
}

export function initialReplicas(options: {
  readonly service: string;
  readonly version: string;
  readonly zones: readonly string[];
  readonly desired: number;
  readonly settings: ReplicaSettings;
}): ReplicasState {
  const { service, version, settings } = options;
  return {
    service,
    version,
    settings,
    zones: options.zones.map((name) => ({ name, available: true })),
    desired: Math.min(options.desired, settings.max),
    stopped: false,
    replicas: [],
    vacancies: [],
    lastLoss: null,
    failures: 0,
    lastFailureAt: null,
    retryAt: null,
    nextNumber: 1,
    asOf: Number.MIN_SAFE_INTEGER,
  };
}

/** Starting or running: these count against the desired count and the surge. */
export function isLive(replica: Replica): boolean {
  return replica.phase === "starting" || replica.phase === "running";
}

/** Live, and well or still expected to become well. */
export function isGood(replica: Replica): boolean {
  return isLive(replica) && replica.sick === null;
}

export function isHealthy(replica: Replica): boolean {
  return replica.phase === "running" && replica.health === "healthy";
}

export function summarizeReplicas(state: ReplicasState): ReplicasSummary {
  const { replicas, desired } = state;
  const healthy = replicas.filter(isHealthy);
  const steady = healthy.length === desired && replicas.length === desired;
  const backingOff = state.retryAt !== null && state.retryAt > state.asOf;
  const running = steady ? "steady" : backingOff ? "backing off" : "changing";
  const ending = replicas.length === 0 ? "stopped" : "stopping";
  return {
    phase: state.stopped ? ending : running,
    desired,
    healthy: healthy.length,
    starting: replicas.filter((replica) => isGood(replica) && !isHealthy(replica)).length,
    sick: replicas.filter((replica) => isLive(replica) && replica.sick !== null).length,
    leaving: replicas.filter((replica) => !isLive(replica)).length,
    healthyByZone: countByZone(healthy.map((replica) => replica.zone)),
  };
}
