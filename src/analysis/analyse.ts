import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding, Verdict } from "#model/evidence.ts";
import { FACTS_AS_OF } from "#aws/facts.ts";
import { addressPlan } from "./checks/address-plan.ts";
import { addresses } from "./checks/addresses.ts";
import { agreeingFigures } from "./checks/agreeing-figures.ts";
import { alarmSettings } from "./checks/alarm-settings.ts";
import { bucketSettings } from "./checks/bucket-settings.ts";
import { cpuCredits } from "./checks/burst.ts";
import { cacheRate } from "./checks/cache-rate.ts";
import { cacheSettings } from "./checks/cache-settings.ts";
import { clusterSettings } from "./checks/cluster-settings.ts";
import { connectionBudget } from "./checks/connections.ts";
import { containerLimits } from "./checks/container-limits.ts";
import { continuity } from "./checks/continuity.ts";
import { costTable } from "./checks/cost-table.ts";
import { databaseParameters } from "./checks/database-parameters.ts";
import { databaseSettings } from "./checks/database-settings.ts";
import { databaseVolume } from "./checks/database-volume.ts";
import { deployment } from "./checks/deployment.ts";
import { document } from "./checks/document.ts";
import { edge } from "./checks/edge.ts";
import { egress } from "./checks/egress.ts";
import { entry } from "./checks/entry.ts";
import { failoverTime } from "./checks/failover.ts";
import { health } from "./checks/health.ts";
import { knownTypes } from "./checks/known-types.ts";
import { machineFit } from "./checks/machine-fit.ts";
import { monitoring } from "./checks/monitoring.ts";
import { networkRate } from "./checks/network-rate.ts";
import { nodeCapacity } from "./checks/node-capacity.ts";
import { notes } from "./checks/notes.ts";
import { permissions } from "./checks/permissions.ts";
import { probes } from "./checks/probes.ts";
import { promises } from "./checks/promises.ts";
import { quotas } from "./checks/quotas.ts";
import { recoveryPoint } from "./checks/recovery-point.ts";
import { regionLoss } from "./checks/region.ts";
import { rolloutSafety } from "./checks/rollout-safety.ts";
import { scalingBounds } from "./checks/scaling-bounds.ts";
import { scalingMetrics } from "./checks/scaling-metrics.ts";
import { scaling } from "./checks/scaling.ts";
import { secondRegion } from "./checks/second-region.ts";
import { secretRotation } from "./checks/secrets.ts";
import { serviceObjectives } from "./checks/service-objectives.ts";
import { singlePoints } from "./checks/single-points.ts";
import { spotCapacity } from "./checks/spot.ts";
import { stopping } from "./checks/stopping.ts";
import { unused } from "./checks/unused.ts";
import { versionSupport } from "./checks/versions.ts";
import { zoneLossCapacity } from "./checks/zone-loss.ts";
import { zoneSpread } from "./checks/zone-spread.ts";
import type { Check } from "./finding.ts";

/** Every static check; a new one is added here and nowhere else. */
const CHECKS: readonly Check[] = [
  singlePoints,
  zoneSpread,
  zoneLossCapacity,
  failoverTime,
  health,
  probes,
  continuity,
  recoveryPoint,
  regionLoss,
  secondRegion,
  promises,
  agreeingFigures,
  versionSupport,
  connectionBudget,
  knownTypes,
  machineFit,
  containerLimits,
  clusterSettings,
  nodeCapacity,
  addresses,
  addressPlan,
  cpuCredits,
  networkRate,
  cacheRate,
  scaling,
  scalingBounds,
  scalingMetrics,
  deployment,
  rolloutSafety,
  stopping,
  spotCapacity,
  databaseSettings,
  databaseVolume,
  databaseParameters,
  cacheSettings,
  bucketSettings,
  secretRotation,
  egress,
  permissions,
  unused,
  entry,
  edge,
  monitoring,
  alarmSettings,
  serviceObjectives,
  quotas,
  costTable,
  document,
  notes,
];

/**
 * What follows from one environment of an architecture and from what AWS documents, without running anything: what holds and
 * what does not.
 * @param day by which versions and features have ended or not; the day of the facts unless told otherwise.
 */
export function analyse(architecture: ResolvedArchitecture, day: string = FACTS_AS_OF): Finding[] {
  return eachOnce(CHECKS.flatMap((check) => check(architecture, day)));
}

const WORST: readonly Verdict[] = ["fails", "inconclusive", "holds"];

/** Where several promises or stores lead to the same check of the same part, the worst of what was found stands for all. */
function eachOnce(findings: readonly Finding[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const finding of findings) {
    const key = `${finding.check} ${finding.part}`;
    const known = found.get(key);
    if (!known || WORST.indexOf(finding.verdict) < WORST.indexOf(known.verdict)) found.set(key, finding);
  }
  return [...found.values()];
}
