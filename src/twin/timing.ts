import { type HealthSettings, healthTiming, type TimingProfile } from "#control/health.ts";
import type { ReplicaSettings } from "#control/replica-state.ts";
import type { ReplicationSettings } from "#control/replication-state.ts";
import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;
type Web = Extract<ResolvedService, { kind: "web" }>;

/** Nobody waits longer than this for a connection to end, or for a process that ignores SIGTERM, on one machine. */
const LOCAL_PATIENCE_MS = 10_000;

/** How often every database node is probed, and how long a probe may take. */
export const STORE_PROBE = { intervalMs: 200, timeoutMs: 300 } as const;

export function healthSettings(profile: TimingProfile, { targetHealth }: Web): HealthSettings {
  return healthTiming(profile, {
    intervalMs: targetHealth.interval,
    timeoutMs: targetHealth.timeout,
    healthyThreshold: targetHealth.healthy,
    unhealthyThreshold: targetHealth.unhealthy,
  });
}

export function replicaSettings(
  profile: TimingProfile,
  service: Replicated,
  { entry }: ResolvedArchitecture,
  desired: number,
): ReplicaSettings {
  const patience = profile === "local" ? LOCAL_PATIENCE_MS : Number.POSITIVE_INFINITY;
  return {
    max: Math.max(service.replicas.max, desired),
    minimumHealthyPercent: service.rollout.minHealthy,
    maximumPercent: service.rollout.max,
    startTimeoutMs: service.startTimeout,
    healthCheckGracePeriodMs: service.startTimeout,
    deregistrationDelayMs: Math.min(entry.loadBalancer.deregistrationDelay, patience),
    stopTimeoutMs: Math.min(service.stopTimeout, patience),
    backoff: { baseMs: 200, capMs: 10_000, resetAfterMs: 10_000 },
  };
}

/** Three failed probes of 300 ms each end within the grace: a primary that hangs fails over, it does not relax. */
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
