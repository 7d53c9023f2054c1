import type * as z from "zod";
import { type Network, TIERS, type Tier } from "./network.ts";
import {
  type CidrText,
  formatCidr,
  type Network4,
  networkSize,
  overlaps,
  parseCidr,
} from "./quantities/cidr.ts";

type ParsedNetwork = z.output<typeof Network>;

/** The subnets of every tier, one a zone, as networks. A tier that is not there is empty. */
export type SubnetPlan = Readonly<Record<Tier, readonly CidrText[]>>;

/**
 * Gives every tier its subnets: those that are declared stay; those to be laid out take the lowest free place, tier by
 * tier and zone by zone, so that the same architecture always gets the same plan. A network that is full gives fewer
 * subnets than zones, which the subnet check reports.
 */
export function layOutSubnets(network: Pick<ParsedNetwork, "cidr" | "zones" | "subnets">): SubnetPlan {
  const vpc = parseCidr(network.cidr) as Network4;
  const taken = TIERS.flatMap((tier) => declared(network, tier)).map((cidr) => parseCidr(cidr) as Network4);
  const plan = { public: [], private: [], database: [] } as Record<Tier, CidrText[]>;
  for (const tier of TIERS) {
    const subnets = network.subnets[tier];
    if (subnets === undefined || Array.isArray(subnets)) {
      plan[tier] = declared(network, tier);
      continue;
    }
    for (let zone = 0; zone < network.zones; zone++) {
      const free = firstFree(vpc, subnets.allocate, taken);
      if (free === undefined) break;
      taken.push(free);
      plan[tier].push(formatCidr(free));
    }
  }
  return plan;
}

function declared(network: Pick<ParsedNetwork, "subnets">, tier: Tier): CidrText[] {
  const subnets = network.subnets[tier];
  return Array.isArray(subnets) ? subnets : [];
}

/** The first network of that prefix inside the VPC that overlaps nothing taken. */
function firstFree(vpc: Network4, prefix: number, taken: readonly Network4[]): Network4 | undefined {
  const size = networkSize({ base: 0, prefix });
  for (let base = vpc.base; base + size <= vpc.base + networkSize(vpc); base += size) {
    const candidate = { base, prefix };
    if (!taken.some((other) => overlaps(candidate, other))) return candidate;
  }
  return undefined;
}
