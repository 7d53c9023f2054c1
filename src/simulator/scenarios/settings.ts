import { type HealthSettings, healthTiming } from "#control/health.ts";
import type { ReplicaSettings } from "#control/replica-state.ts";
import type { RolloutPolicy } from "#control/rollout/deployment-state.ts";
import { rolloutPercentages, rolloutPolicy } from "#control/rollout/policy.ts";
import { startTiming } from "#control/start-timing.ts";
import { type ScalingSettings, scalingSettings } from "#control/scaling/scaling-settings.ts";
import { DOCUMENTED_TIMING, type ScalingTiming } from "#control/scaling/timing.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { SimulatedProfile } from "./result.ts";
import type { Web } from "./service-times.ts";

/** What the controllers of one service go by. */
export interface ServiceSettings {
  readonly health: HealthSettings;
  readonly replicas: ReplicaSettings;
  readonly rollout: RolloutPolicy;
  readonly scaling: ScalingSettings | null;
  /** How often replicas are measured for scaling, in milliseconds. */
  readonly sampleMs: number;
}

/**
 * The longest that AWS takes to start a replica before its own start counts: a grace of the service scheduler begins with
 * the process, and not with the order.
 */
const AWS_START_MS = 600_000;

/** A twin's own: `test/simulation` holds them against the twin's. */
const LOCAL = {
  patienceMs: 10_000,
  backoff: { baseMs: 200, capMs: 10_000, resetAfterMs: 10_000 },
  minReadyMs: 2_000,
  checkpointDelayMs: 5_000,
  beyondStartMs: 10_000,
  scaling: {
    periods: 1 / 60,
    waits: 1 / 30,
    podSyncMs: 1_000,
    cpuInitialisationMs: 5_000,
    initialReadinessMs: 1_000,
  } satisfies ScalingTiming,
  sampleMs: 500,
} as const;

/** Kubernetes' back-off of containers; the service scheduler of ECS throttles likewise. */
const AWS_BACKOFF = { baseMs: 10_000, capMs: 300_000, resetAfterMs: 600_000 } as const;
const AWS_SAMPLE_MS = 15_000;

/** @param isBehindService where a kubelet's probe says whether a replica is ready, and no load balancer. */
export function settingsOf(
  architecture: ResolvedArchitecture,
  service: Web,
  profile: SimulatedProfile,
  isBehindService: boolean,
): ServiceSettings {
  return {
    health: healthOf(architecture, service, profile, isBehindService),
    replicas: replicasOf(architecture, service, profile),
    rollout: rolloutOf(architecture, service, profile),
    scaling: scalingSettings(
      service,
      architecture.compute.kind,
      profile === "local" ? LOCAL.scaling : DOCUMENTED_TIMING,
    ),
    sampleMs: profile === "local" ? LOCAL.sampleMs : AWS_SAMPLE_MS,
  };
}

function healthOf(
  { compute }: ResolvedArchitecture,
  { targetHealth, probes }: Web,
  profile: SimulatedProfile,
  isBehindService: boolean,
): HealthSettings {
  const { readiness } = probes;
  if (profile === "aws" && compute.kind === "eks" && isBehindService && readiness)
    return {
      intervalMs: readiness.interval,
      timeoutMs: readiness.timeout,
      healthyThreshold: 1,
      unhealthyThreshold: readiness.failures,
    };
  return healthTiming(profile === "local" ? "local" : "document", {
    intervalMs: targetHealth.interval,
    timeoutMs: targetHealth.timeout,
    healthyThreshold: targetHealth.healthy,
    unhealthyThreshold: targetHealth.unhealthy,
  });
}

function replicasOf(
  { entry, compute }: ResolvedArchitecture,
  service: Web,
  profile: SimulatedProfile,
): ReplicaSettings {
  const isLocal = profile === "local";
  const patience = isLocal ? LOCAL.patienceMs : Infinity;
  const start = startTiming(isLocal ? "local" : "document", service, compute);
  const scheduled = service.scaling.flatMap((policy) => (policy.kind === "scheduled" ? [policy.max] : []));
  return {
    max: Math.max(service.replicas.max, service.replicas.desired, ...scheduled),
    ...rolloutPercentages(compute, service),
    ...start,
    startTimeoutMs: start.startTimeoutMs + (isLocal ? 0 : AWS_START_MS),
    deregistrationDelayMs: Math.min(entry.loadBalancer.deregistrationDelay, patience),
    stopTimeoutMs: Math.min(service.stopTimeout, patience),
    backoff: isLocal ? LOCAL.backoff : AWS_BACKOFF,
  };
}

function rolloutOf(
  { compute }: ResolvedArchitecture,
  service: Web,
  profile: SimulatedProfile,
): RolloutPolicy {
  const declared = rolloutPolicy(compute, service);
  if (profile === "aws") return declared;
  return {
    ...declared,
    minReadyMs: Math.min(declared.minReadyMs, LOCAL.minReadyMs),
    checkpointDelayMs: Math.min(declared.checkpointDelayMs, LOCAL.checkpointDelayMs),
    progressDeadlineMs: Math.min(
      declared.progressDeadlineMs,
      startTiming("local", service, compute).startTimeoutMs + LOCAL.beyondStartMs,
    ),
  };
}
