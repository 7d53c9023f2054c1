import type { Backoff } from "./backoff.ts";
import type { Instant } from "./controller.ts";
import { type Zone, type ZoneCounts, countByZone } from "./placement.ts";

/** All times in milliseconds. */
export interface ReplicaSettings {
  /** The most replicas that the service may ever be asked to hold. */
  readonly max: number;
  /**
   * How many per cent of the desired count stay healthy while a roll replaces them (ECS's
   * minimumHealthyPercent); rounded up.
   */
  readonly minimumHealthyPercent: number;
  /**
   * How many per cent of the desired count may be live at once, so that a replacement can start before
   * what it replaces stops (ECS's maximumPercent); rounded down. Live are those that start or run;
   * those that drain or stop are not counted, as on ECS. What it leaves above 100 % is the surge: with
   * none, what is to be replaced stops first, and zones are not rebalanced by moving healthy replicas,
   * as ECS does not with a maximumPercent of 100.
   */
  readonly maximumPercent: number;
  /** How long a replica may take from its start until it is healthy for the first time. */
  readonly startTimeoutMs: number;
  /**
   * For how long after its process has started a replica that was never healthy is not replaced for
   * failing its checks (healthCheckGracePeriodSeconds, 0 on ECS unless declared).
   */
  readonly healthCheckGracePeriodMs: number;
  /**
   * For how long a replica that was healthy may be unhealthy before it is replaced: it may be started again in place
   * meanwhile, as by an instance's unit. None where it is left out: on ECS and EC2 the target group's word is enough, for
   * its checks take their time themselves.
   */
  readonly unhealthyPatienceMs?: number;
  /** How long a deregistered replica may finish its requests (the target group's deregistration delay). */
  readonly deregistrationDelayMs: number;
  /** From SIGTERM to SIGKILL (ECS's stopTimeout). */
  readonly stopTimeoutMs: number;
  /** Whose arithmetic the percentages follow; ECS's where it is left out. See `rolloutBounds`. */
  readonly rounding?: "ecs" | "kubernetes";
  /**
   * How many replicas stay healthy while zones are drained (a PodDisruptionBudget's minAvailable); where it is left
   * out, as many as the minimum healthy percent says, which is what ECS goes by when it drains instances.
   */
  readonly minAvailable?: number;
  readonly backoff: Backoff;
}

export interface Replica {
  readonly id: string;
  readonly zone: string;
  readonly version: string;
  /** The state's generation when it was started; a roll replaces what is of another one. */
  readonly generation: number;
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
  /** Since when it has been healthy without a break; null while it is not. */
  readonly healthySince: Instant | null;
  /** Since when it has been unhealthy without a break; null while it is not. */
  readonly unhealthySince: Instant | null;
  /** Whether it has been healthy for the roll's `minReadyMs`: others may go because it is there. */
  readonly available: boolean;
  /** Why it has to be replaced; null while it is well, or may still become well. */
  readonly sick: "did not become healthy in time" | "unhealthy" | null;
  /** Whether SIGKILL was sent. */
  readonly killed: boolean;
}

export interface ReplicasState {
  readonly service: string;
  /** What new replicas run. */
  readonly version: string;
  /** The replicas that are wanted are of this generation; those of another one are replaced. */
  readonly generation: number;
  /** The highest generation that there was: each roll begins a new one, and a roll back returns to an earlier one. */
  readonly lastGeneration: number;
  /** How the roll to this generation is done. */
  readonly pace: RollPace;
  readonly settings: ReplicaSettings;
  readonly zones: readonly Zone[];
  /** As many as were asked for, at most `settings.max`. */
  readonly desired: number;
  /** Whether everything is to stop, for good. */
  readonly stopped: boolean;
  readonly replicas: readonly Replica[];
  /** The zones whose replicas are to leave, as far as the disruption budget allows. */
  readonly draining: readonly string[];
  /** The zones of lost replicas that have no successor yet. */
  readonly vacancies: readonly string[];
  /** The replica of this generation that was lost last, and why. */
  readonly lastLoss: { readonly id: string; readonly reason: string } | null;
  /** How many waves of starts of this generation have failed in a row: what the backoff goes by. */
  readonly failures: number;
  /** How many replicas of this generation have failed since one of it was available: what a circuit breaker goes by. */
  readonly failedReplicas: number;
  readonly lastFailureAt: Instant | null;
  /** Before this, nothing is started. */
  readonly retryAt: Instant | null;
  readonly nextNumber: number;
  /** When the last step was. */
  readonly asOf: Instant;
}

export interface RollPace {
  /**
   * For how long a new replica is healthy before it counts as available, in milliseconds: Kubernetes' minReadySeconds,
   * and what an instance refresh calls warmup. What crashes within it has never replaced anything.
   */
  readonly minReadyMs: number;
  /** How many replicas of the new generation there may be for now, as at an instance refresh's checkpoint; null: all. */
  readonly limit: number | null;
  /** Whether nothing is started any more, as after ECS's circuit breaker. */
  readonly held: boolean;
}

export interface ReplicasConfiguration {
  readonly settings: ReplicaSettings;
  readonly desired: number;
}

export type ReplicasEvent =
  | { readonly kind: "scale"; readonly desired: number }
  /** Other settings and another count, from now on and for the replicas that there are. */
  | ({ readonly kind: "configure" } & ReplicasConfiguration)
  /** Replace every replica that was started before by one of this version, in one go with other settings. */
  | {
      readonly kind: "roll";
      readonly version: string;
      readonly configure?: ReplicasConfiguration;
      /** At once and without a limit where it is left out. */
      readonly pace?: RollPace;
    }
  /** Go on with the roll at another pace. */
  | { readonly kind: "pace"; readonly pace: RollPace }
  /** Return to an earlier generation: what is left of it stays, and the rest becomes like it. */
  | { readonly kind: "roll-back"; readonly version: string; readonly generation: number }
  /** Its process is there; a service without health checks says `healthy` right after. */
  | { readonly kind: "started"; readonly id: string }
  /** Its process is gone, or could not be started. */
  | { readonly kind: "exited"; readonly id: string; readonly reason: string }
  | { readonly kind: "healthy"; readonly id: string }
  | { readonly kind: "unhealthy"; readonly id: string }
  /** A deregistered replica has no request left. */
  | { readonly kind: "drained"; readonly id: string }
  | { readonly kind: "zone"; readonly zone: string; readonly available: boolean }
  /** Its nodes are to be replaced, or may be used again: nothing is placed in it meanwhile, and what runs there leaves. */
  | { readonly kind: "drain"; readonly zone: string; readonly draining: boolean }
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
  readonly phase: "steady" | "rolling" | "changing" | "backing off" | "stopping" | "stopped";
  readonly desired: number;
  readonly healthy: number;
  readonly starting: number;
  readonly sick: number;
  readonly leaving: number;
  /** Those of another generation that are not gone yet. */
  readonly outdated: number;
  readonly healthyByZone: ZoneCounts;
}

export const AT_ONCE: RollPace = { minReadyMs: 0, limit: null, held: false };

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
    generation: 1,
    lastGeneration: 1,
    pace: AT_ONCE,
    settings,
    zones: options.zones.map((name) => ({ name, available: true })),
    desired: Math.min(options.desired, settings.max),
    stopped: false,
    replicas: [],
    draining: [],
    vacancies: [],
    lastLoss: null,
    failures: 0,
    failedReplicas: 0,
    lastFailureAt: null,
    retryAt: null,
    nextNumber: 1,
    asOf: Number.MIN_SAFE_INTEGER,
  };
}

/** The zones, available where they are neither closed nor drained: both may be so at once. */
export function zonesInUse({ zones, draining }: Pick<ReplicasState, "zones" | "draining">): readonly Zone[] {
  if (draining.length === 0) return zones;
  return zones.map(({ name, available }) => ({ name, available: available && !draining.includes(name) }));
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

export function isOutdated(replica: Replica, { generation }: Pick<ReplicasState, "generation">): boolean {
  return replica.generation !== generation;
}

/** Healthy, and for long enough if it is new: what the promise of a roll counts. */
export function isAvailable(replica: Replica, state: Pick<ReplicasState, "generation">): boolean {
  return isHealthy(replica) && (replica.available || isOutdated(replica, state));
}

/**
 * The surge and the healthy minimum, in replicas. ECS and instance refreshes round the minimum up and the maximum down.
 * Where that leaves room for neither, nothing could ever be replaced: then one more than desired may live. ECS refuses
 * 100 and 100 for that reason, and stays stuck where rounding comes to the same.
 *
 * Kubernetes rounds maxSurge, which is what the maximum leaves above 100 %, up, and maxUnavailable, which is what the
 * minimum leaves below it, down; where both are none, one may be unavailable.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
 */
export function rolloutBounds({ desired, settings }: Pick<ReplicasState, "desired" | "settings">): {
  readonly surge: number;
  readonly minimumHealthy: number;
} {
  if (settings.rounding === "kubernetes") {
    const surge = Math.ceil((desired * (settings.maximumPercent - 100)) / 100);
    const unavailable = Math.floor((desired * (100 - settings.minimumHealthyPercent)) / 100);
    return {
      surge,
      minimumHealthy: Math.max(0, desired - (surge === 0 ? Math.max(1, unavailable) : unavailable)),
    };
  }
  const minimumHealthy = Math.ceil((desired * settings.minimumHealthyPercent) / 100);
  const surge = Math.floor((desired * (settings.maximumPercent - 100)) / 100);
  return { minimumHealthy, surge: surge === 0 && minimumHealthy >= desired ? 1 : surge };
}

export function summarizeReplicas(state: ReplicasState): ReplicasSummary {
  const { replicas, desired } = state;
  const healthy = replicas.filter(isHealthy);
  const outdated = replicas.filter((replica) => isOutdated(replica, state)).length;
  const steady = healthy.length === desired && replicas.length === desired && outdated === 0;
  const backingOff = state.retryAt !== null && state.retryAt > state.asOf;
  const changing = outdated > 0 ? "rolling" : "changing";
  const running = steady ? "steady" : backingOff ? "backing off" : changing;
  const ending = replicas.length === 0 ? "stopped" : "stopping";
  return {
    phase: state.stopped ? ending : running,
    desired,
    healthy: healthy.length,
    starting: replicas.filter((replica) => isGood(replica) && !isHealthy(replica)).length,
    sick: replicas.filter((replica) => isLive(replica) && replica.sick !== null).length,
    leaving: replicas.filter((replica) => !isLive(replica)).length,
    outdated,
    healthyByZone: countByZone(healthy.map((replica) => replica.zone)),
  };
}
