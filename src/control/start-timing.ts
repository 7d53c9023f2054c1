import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import type { TimingProfile } from "./health.ts";
import type { ReplicaSettings } from "./replica-state.ts";

type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;

/** On one machine an instance neither boots nor installs nor pulls; its workers and those of others start at the same time. */
const LOCAL_INSTANCE_START_MS = 120_000;
/** What a process needs after its unit's delay, until its health checks have passed on a busy machine. */
const LOCAL_RECOVERY_MS = 10_000;

/**
 * How long a replica has until it is healthy, and how long it may be unhealthy then. Systemd starts a process again within
 * seconds, long before the document's health checks have failed; the `local` checks fail within half a second, so that
 * the group waits for the unit first: as long as a restart takes, and no longer than the document's checks do.
 */
export function startTiming(
  profile: TimingProfile,
  service: Replicated,
  compute: ResolvedArchitecture["compute"],
): Pick<ReplicaSettings, "startTimeoutMs" | "healthCheckGracePeriodMs" | "unhealthyPatienceMs"> {
  const declared = service.startTimeout;
  if (profile !== "local" || compute.kind !== "ec2-auto-scaling")
    return { startTimeoutMs: declared, healthCheckGracePeriodMs: declared };
  const start = Math.min(declared, LOCAL_INSTANCE_START_MS);
  const restart = compute.unit.restartDelay + LOCAL_RECOVERY_MS;
  const checks =
    service.kind === "web" ? service.targetHealth.interval * service.targetHealth.unhealthy : restart;
  return {
    startTimeoutMs: start,
    healthCheckGracePeriodMs: start,
    unhealthyPatienceMs: Math.min(restart, checks),
  };
}
