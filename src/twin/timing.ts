import { type HealthSettings, healthTiming, type TimingProfile } from "#control/health.ts";
import type { ReplicaSettings } from "#control/replica-state.ts";
import type { ReplicationSettings } from "#control/replication-state.ts";
import type { RolloutPolicy } from "#control/rollout/deployment-state.ts";
import { rolloutPercentages, rolloutPolicy } from "#control/rollout/policy.ts";
import { startTiming } from "#control/start-timing.ts";
import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;
type Web = Extract<ResolvedService, { kind: "web" }>;

/** Nobody waits longer than this for a connection to end, or for a process that ignores SIGTERM, on one machine. */
const LOCAL_PATIENCE_MS = 10_000;

/**
 * How often every node of a store is probed, and how long a probe may take: the least, unless the node's answers have
 * taken long lately, as on a machine that is busy.
 */
export const STORE_PROBE = { intervalMs: 100, timeoutMs: { leastMs: 150, mostMs: 500 } } as const;

/** How the pods of a service are asked whether they are ready. */
export interface ReadinessSettings extends HealthSettings {
  readonly path: string;
}

export interface ProbeSettings {
  readonly health: HealthSettings;
  /** Null where nobody asks: this probe is the kubelet's, and is declared. */
  readonly readiness: ReadinessSettings | null;
}

export function healthSettings(profile: TimingProfile, { targetHealth }: Web): HealthSettings {
  return healthTiming(profile, {
    intervalMs: targetHealth.interval,
    timeoutMs: targetHealth.timeout,
    healthyThreshold: targetHealth.healthy,
    unhealthyThreshold: targetHealth.unhealthy,
  });
}

export function probeSettings(
  profile: TimingProfile,
  service: Web,
  { compute }: Pick<ResolvedArchitecture, "compute">,
): ProbeSettings {
  const health = healthSettings(profile, service);
  const declaredProbe = compute.kind === "eks" ? service.probes.readiness : undefined;
  if (!declaredProbe) return { health, readiness: null };
  const { path, interval, timeout, failures } = declaredProbe;
  const declared = {
    intervalMs: interval,
    timeoutMs: timeout,
    healthyThreshold: 1,
    unhealthyThreshold: failures,
  };
  return { health, readiness: { path, ...healthTiming(profile, declared) } };
}

export function replicaSettings(
  profile: TimingProfile,
  service: Replicated,
  { entry, compute }: ResolvedArchitecture,
  desired: number,
): ReplicaSettings {
  const patience = profile === "local" ? LOCAL_PATIENCE_MS : Number.POSITIVE_INFINITY;
  return {
    max: Math.max(service.replicas.max, desired, ...scheduledBounds(service)),
    ...rolloutPercentages(compute, service),
    ...startTiming(profile, service, compute),
    deregistrationDelayMs: Math.min(entry.loadBalancer.deregistrationDelay, patience),
    stopTimeoutMs: Math.min(service.stopTimeout, patience),
    backoff: { baseMs: 200, capMs: 10_000, resetAfterMs: 10_000 },
  };
}

/** The upper bounds that schedules may set. */
function scheduledBounds({ scaling }: Replicated): number[] {
  return scaling.flatMap((policy) => (policy.kind === "scheduled" ? [policy.max] : []));
}

/** Three failed probes of at most 500 ms each end within the grace: a primary that hangs fails over, it does not relax. */
export const REPLICATION: ReplicationSettings = {
  promotes: "in-sync",
  probeFailures: 3,
  streamingGraceMs: 2_500,
  startTimeoutMs: 30_000,
  catchUpTimeoutMs: 15_000,
  confirmTimeoutMs: 10_000,
  backoff: { baseMs: 200, capMs: 10_000, resetAfterMs: 10_000 },
};

/** Of a cache; whether a replica may take over is the store's own affair. */
export const CACHE_REPLICATION: Omit<ReplicationSettings, "promotes"> = {
  ...REPLICATION,
  confirmTimeoutMs: 3_000,
};

/** On one machine: how long a new version proves itself, waits at a checkpoint, and may start without progress. */
const LOCAL_ROLLOUT = { minReadyMs: 2_000, checkpointDelayMs: 5_000, beyondStartMs: 10_000 } as const;

/** By which rules a service is deployed. */
export function deploymentPolicy(
  profile: TimingProfile,
  service: Replicated,
  { compute }: Pick<ResolvedArchitecture, "compute">,
): RolloutPolicy {
  const declared = rolloutPolicy(compute, service);
  if (profile !== "local") return declared;
  const { minReadyMs, checkpointDelayMs, beyondStartMs } = LOCAL_ROLLOUT;
  return {
    ...declared,
    minReadyMs: Math.min(declared.minReadyMs, minReadyMs),
    checkpointDelayMs: Math.min(declared.checkpointDelayMs, checkpointDelayMs),
    progressDeadlineMs: Math.min(
      declared.progressDeadlineMs,
      startTiming(profile, service, compute).startTimeoutMs + beyondStartMs,
    ),
  };
}
