import type { DrillName } from "#drills/drill.ts";
import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type Scenario, SCENARIOS } from "#simulator/scenarios/result.ts";

/** The simulation of a fault; null where there is none. */
export function scenarioOf(fault: DrillName): Scenario | null {
  return fault in SCENARIOS ? (fault as Scenario) : null;
}

/**
 * The drill that shows a fault. Of an instance that is gone nothing answers any more, as of a replica that hangs; one that
 * crashes its unit starts again. The loss of a region is the disaster, as the drill takes all that the region holds.
 */
export function measuredAs(fault: DrillName, { compute }: ResolvedArchitecture): DrillName {
  if (fault === "region-failure") return "disaster";
  return fault === "node-failure" && compute.kind === "ec2-auto-scaling" ? "replica-hang" : fault;
}

const TITLES: Readonly<Record<DrillName, string>> = {
  deployment: "a deployment",
  "replica-crash": "the crash of a replica",
  "replica-hang": "a replica that hangs",
  "node-failure": "the loss of a node",
  "zone-failure": "the loss of a zone",
  "region-failure": "the loss of the region",
  "database-failure": "the loss of the database's primary",
  "cache-failure": "the loss of the cache's primary",
  "bad-deployment": "a bad deployment",
  "traffic-spike": "a spike in traffic",
  "dependency-slow": "a slow dependency",
  "credential-rotation": "a rotation of credentials",
  disaster: "a disaster",
};

/** What people call it in a title. */
export function titleOf(fault: DrillName): string {
  return TITLES[fault];
}
