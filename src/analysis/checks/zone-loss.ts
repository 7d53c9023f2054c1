import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, holds } from "../finding.ts";
import { type Replicated, replicated } from "../parts.ts";
import { count, rounded } from "../words.ts";

/**
 * Whether the replicas that are left after the loss of a zone can do the work of all: scaling keeps them as busy as its target
 * allows, and what one zone did is then done by the others, until new replicas have started.
 */
export const zoneLossCapacity: Check = (architecture) =>
  architecture.network.zones < 2
    ? []
    : replicated(architecture).flatMap(([name, service]) => findingOf(architecture, name, service));

function findingOf(architecture: ResolvedArchitecture, name: string, service: Replicated): Finding[] {
  const target = busiest(service);
  const { desired } = service.replicas;
  if (target === null || desired < 2) return [];
  const { zones } = architecture.network;
  const lost = service.spread === "zones" ? Math.ceil(desired / zones) : desired;
  const left = desired - lost;
  const after = left > 0 ? rounded((target.percent * desired) / left) : Number.POSITIVE_INFINITY;
  const found = {
    check: "zone-loss-capacity",
    part: target.path.replace("*", `services.${name}`),
    ...(Number.isFinite(after) ? { figure: after } : {}),
    limit: 100,
    unit: "percent" as const,
    says: Number.isFinite(after)
      ? `Scaling lets ${count(desired, "replica")} of ${name} run at ${target.percent} % of their CPU. One zone of ${zones} takes ${lost} of them away, and ${left === 1 ? "the one that is left needs" : `the ${left} that are left need`} ${after} %${after > 100 ? ": requests wait or fail until new replicas have started" : ""}.`
      : `All ${count(desired, "replica")} of ${name} may be in the zone that is lost.`,
  };
  if (after <= 100) return [holds(found)];
  const most = Math.floor((100 * (zones - 1)) / zones);
  return [
    fails(
      found,
      left > 0
        ? `Lower the target to ${most} %, so that the replicas of the zones that are left can take over; more replicas run then.`
        : "Spread the replicas over the zones.",
      left > 0 ? settings(name, service, most, zones) : { [`services.${name}.spread`]: "zones" },
    ),
  ];
}

interface Busy {
  readonly percent: number;
  readonly path: string;
}

/** The share of the CPU that scaling allows, and the setting that says it. */
function busiest({ scaling }: Pick<Replicated, "scaling">): Busy | null {
  const allowed = scaling.flatMap((policy, at): Busy[] => {
    if (policy.kind === "target-tracking" && policy.metric === "cpu")
      return [{ percent: policy.target, path: `*.scaling.${at}.target` }];
    if (policy.kind === "step" && policy.metric === "cpu" && policy.when === "above")
      return [{ percent: policy.threshold, path: `*.scaling.${at}.threshold` }];
    return [];
  });
  return allowed.sort((one, other) => one.percent - other.percent)[0] ?? null;
}

/** As many replicas as do the same work at the lower share, the same number in every zone: that is what it costs. */
function settings(
  name: string,
  { scaling, replicas }: Replicated,
  percent: number,
  zones: number,
): Readonly<Record<string, number>> {
  const at = `services.${name}`;
  const before = busiest({ scaling })?.percent ?? percent;
  const desired = Math.ceil((replicas.desired * before) / percent / zones) * zones;
  const targets = scaling.flatMap((policy, index): [string, number][] => {
    const path = `${at}.scaling.${index}`;
    if (policy.kind === "target-tracking" && policy.metric === "cpu" && policy.target > percent)
      return [[`${path}.target`, percent]];
    if (policy.kind === "step" && policy.when === "above" && policy.threshold > percent)
      return [[`${path}.threshold`, percent]];
    return [];
  });
  return {
    ...Object.fromEntries(targets),
    [`${at}.replicas.desired`]: desired,
    [`${at}.replicas.max`]: Math.max(replicas.max, desired),
  };
}
