import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { TIMINGS } from "#aws/timings/timings.ts";
import { type Check, fails, holds, referencesTo } from "../finding.ts";
import { caches, databases, objectivesOf, replicated, steadyGroups } from "../parts.ts";
import { count, time } from "../words.ts";

/**
 * Whether what runs in several copies is in every zone that there is, also when it is scaled in. Where no redundancy is
 * promised, two zones do.
 */
export const zoneSpread: Check = (architecture) =>
  architecture.network.zones < 2
    ? []
    : [...services(architecture), ...nodes(architecture), ...volumes(architecture)];

function services(architecture: ResolvedArchitecture): Finding[] {
  const { zones } = architecture.network;
  const isPromised = objectivesOf(architecture, "redundancy").length > 0;
  return replicated(architecture).map(([name, { replicas, spread }]) => {
    const at = `services.${name}`;
    const covered = spread === "none" ? Math.min(1, replicas.min) : Math.min(zones, replicas.min);
    const found = {
      check: "zone-spread",
      part: at,
      figure: covered,
      limit: zones,
      unit: "count" as const,
      says:
        spread === "none"
          ? `${name} is not spread: all ${count(replicas.min, "replica")} may be in one of ${zones} zones.`
          : `With ${count(replicas.min, "replica")} at the least, ${name} is in ${covered} of ${zones} zones.`,
    };
    if (covered === zones || (covered > 1 && !isPromised)) return holds(found);
    if (spread === "none") return fails(found, `Set ${at}.spread to "zones".`, { [`${at}.spread`]: "zones" });
    return fails(found, `Raise ${at}.replicas.min to ${zones}.`, {
      [`${at}.replicas.min`]: zones,
      [`${at}.replicas.desired`]: Math.max(zones, replicas.desired),
      [`${at}.replicas.max`]: Math.max(zones, replicas.max),
    });
  });
}

/** Pods prefer other zones and do not insist: where there is no node, no pod goes. */
function nodes({ compute, network }: ResolvedArchitecture): Finding[] {
  if (compute.kind !== "eks") return [];
  const groups = steadyGroups(compute);
  const least = groups.reduce((sum, [, { min }]) => sum + min, 0);
  const covered = Math.min(least, network.zones);
  const [name, group] = groups[0] ?? [];
  const found = {
    check: "zone-spread",
    part: "compute.nodeGroups",
    figure: covered,
    limit: network.zones,
    unit: "count" as const,
    says: `With ${count(least, "on-demand node")} at the least there are nodes in ${covered} of ${network.zones} zones; replicas can be spread no further.`,
  };
  if (covered === network.zones) return [holds(found)];
  const at = `compute.nodeGroups.${name}`;
  return [
    group === undefined
      ? fails(found, "Add an on-demand node group.")
      : fails(found, `Raise ${at}.min to ${network.zones}.`, {
          [`${at}.min`]: network.zones,
          [`${at}.desired`]: Math.max(network.zones, group.desired),
          [`${at}.max`]: Math.max(network.zones, group.max),
        }),
  ];
}

/** A volume of EBS is in one zone, and its pod goes nowhere else. */
function volumes(architecture: ResolvedArchitecture): Finding[] {
  const detach = TIMINGS["volume-force-detach"];
  return [...databases(architecture), ...caches(architecture)].flatMap(([name, store]) => {
    if (store.hosting !== "pods") return [];
    const at = `stores.${name}`;
    const found = {
      check: "zonal-volume",
      part: at,
      figure: 1,
      limit: 2,
      unit: "count" as const,
      says: `The volume of ${name} is in one zone. While that zone is gone, its pod can start in no other; when only its node is gone, the volume is free again after ${time(detach.value.kind === "constant" ? detach.value.ms : 0)}.`,
      references: referencesTo(detach),
    };
    return [
      fails(
        found,
        `Let AWS run it in two zones, by ${at}.hosting "managed", or replicate it to pods in other zones.`,
      ),
    ];
  });
}
