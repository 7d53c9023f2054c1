import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, type Found, holds, judged } from "../finding.ts";
import {
  buckets,
  caches,
  databases,
  dependentsOf,
  hasFailover,
  instancesOf,
  productOf,
  replicated,
  steadyGroups,
} from "../parts.ts";
import { count, list } from "../words.ts";

const CHECK = "single-point";

/** What there is only one of, and what stops when it is gone: for a zone, a NAT gateway, a replica, a node, a store. */
export const singlePoints: Check = (architecture) => [
  ...zones(architecture),
  ...nat(architecture),
  ...services(architecture),
  ...nodes(architecture),
  ...stores(architecture),
];

function atLeastTwo(part: string, figure: number, says: string): Found {
  return { check: CHECK, part, figure, limit: 2, unit: "count", says };
}

function zones({ network }: ResolvedArchitecture): Finding[] {
  const says = `The network has ${count(network.zones, "zone")}${network.zones > 1 ? "" : ": when it is gone, everything stops"}.`;
  return [
    judged(
      network.zones > 1,
      atLeastTwo("network.zones", network.zones, says),
      "Raise network.zones to 2, with a subnet of each tier in the second one.",
    ),
  ];
}

function nat({ network, zoneNames }: ResolvedArchitecture): Finding[] {
  if (network.nat === "none") return [];
  const gateways = network.nat === "per-zone" ? network.zones : 1;
  const alone = `One NAT gateway, in ${zoneNames[0]}, is the way out for ${count(network.zones, "zone")}: when its zone or it is gone, replicas in all zones reach nothing outside, and new ones get neither image nor secrets.`;
  const says = gateways > 1 ? `${count(gateways, "NAT gateway")}, one in each zone.` : alone;
  return [
    judged(
      gateways > 1,
      atLeastTwo("network.nat", gateways, says),
      "Put a NAT gateway into each zone.",
      network.zones > 1 ? { "network.nat": "per-zone" } : undefined,
    ),
  ];
}

function services(architecture: ResolvedArchitecture): Finding[] {
  return replicated(architecture).map(([name, { replicas, kind }]) => {
    const stopped = [name, ...dependentsOf(architecture, name)];
    const verb =
      stopped.length > 1 ? (kind === "web" ? "answer" : "do") : kind === "web" ? "answers" : "does";
    const says =
      replicas.min > 1
        ? `${name} never has fewer than ${replicas.min} replicas.`
        : `${name} may have ${count(replicas.min, "replica")}: while none is there, ${list(stopped)} ${verb} nothing.`;
    const at = `services.${name}.replicas`;
    const set = {
      [`${at}.min`]: 2,
      [`${at}.desired`]: Math.max(2, replicas.desired),
      [`${at}.max`]: Math.max(2, replicas.max),
    };
    return judged(
      replicas.min > 1,
      atLeastTwo(`${at}.min`, replicas.min, says),
      `Raise ${at}.min to 2.`,
      set,
    );
  });
}

function nodes({ compute, network }: ResolvedArchitecture): Finding[] {
  if (compute.kind !== "eks") return [];
  const groups = steadyGroups(compute);
  const least = groups.reduce((sum, [, { min }]) => sum + min, 0);
  const [first] = groups[0] ?? [];
  const says =
    least > 1
      ? `There are never fewer than ${least} on-demand nodes.`
      : least === 0 && groups.length === 0
        ? "All nodes are spot capacity: AWS may take every one of them back at two minutes' notice."
        : `The node groups may shrink to ${count(least, "on-demand node")}: all pods are then on one machine in one of ${count(network.zones, "zone")}, and stop with it until another has started.`;
  const at = `compute.nodeGroups.${first}`;
  const group = first === undefined ? undefined : compute.nodeGroups[first];
  const wanted = Math.max(2, network.zones);
  const set = group && {
    [`${at}.min`]: wanted,
    [`${at}.desired`]: Math.max(wanted, group.desired),
    [`${at}.max`]: Math.max(wanted, group.max),
  };
  return [
    judged(
      least > 1,
      atLeastTwo(group ? `${at}.min` : "compute.nodeGroups", least, says),
      group ? `Raise ${at}.min to ${wanted}, one node for each zone.` : "Add an on-demand node group.",
      set,
    ),
  ];
}

function stores(architecture: ResolvedArchitecture): Finding[] {
  const kept = [...databases(architecture), ...caches(architecture)].map(([name, store]) => {
    const instances = instancesOf(architecture, store);
    const isRedundant = hasFailover(architecture, store);
    const readers = store.hosting === "managed" && !isRedundant && instances > 1;
    const users = dependentsOf(architecture, name);
    const stopped =
      users.length > 0
        ? `${list(users)} ${users.length > 1 ? "go" : "goes"} without it`
        : "no service uses it";
    const says = isRedundant
      ? `${productOf(store)} has ${count(instances, "instance")} in more than one zone, and fails over by itself.`
      : `${productOf(store)} has ${readers ? "readers, and nothing that takes over by itself" : "one instance"}: while it or its zone is gone, ${stopped}.`;
    const at = `stores.${name}`;
    const found = atLeastTwo(at, isRedundant ? Math.max(2, instances) : 1, says);
    if (store.hosting === "pods")
      return judged(
        isRedundant,
        found,
        `Let AWS run it, by ${at}.hosting "managed", an instance, and multiZone.`,
      );
    const multiZone = `${at}.multiZone`;
    return judged(
      isRedundant,
      found,
      `Turn ${multiZone} on.`,
      architecture.network.zones > 1 ? { [multiZone]: true } : undefined,
    );
  });
  const regional = buckets(architecture).map(([name]) =>
    holds({
      check: CHECK,
      part: `stores.${name}`,
      says: "A bucket keeps every object in three zones or more, and is reached in all of them.",
    }),
  );
  return [...kept, ...regional];
}
