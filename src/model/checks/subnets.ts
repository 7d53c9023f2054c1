import { Network, TIERS } from "../network.ts";
import { layOutSubnets } from "../network-plan.ts";
import { contains, type Network4, overlaps, parseCidr } from "../quantities/cidr.ts";
import type { Problem } from "../problems.ts";
import { type Check, slice } from "./check.ts";

const { cidr, zones, subnets } = Network.shape;

/** AWS takes VPCs and subnets from /16 to /28. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
const LARGEST = 16;
const SMALLEST = 28;

/** The subnet plan: inside the VPC, one for each zone, none overlapping, none too small. */
export const checkSubnets: Check = (architecture) => {
  const network = slice({ cidr, zones, subnets }, architecture["network"]);
  if (!network) return [];
  const vpc = parseCidr(network.cidr) as Network4;
  const plan = layOutSubnets(network);
  const all = TIERS.flatMap((tier) =>
    plan[tier].map((text, zone) => ({
      path: `network.subnets.${tier}.${zone}`,
      text,
      network: parseCidr(text) as Network4,
    })),
  );

  const problems: Problem[] = [];
  if (!sizeIsTaken(vpc)) problems.push(wrongSize("network.cidr", network.cidr));
  for (const tier of TIERS) {
    if (network.subnets[tier] === undefined) continue;
    const count = plan[tier].length;
    if (count < network.zones)
      problems.push(zoneWithout(tier, count, network.zones, Array.isArray(network.subnets[tier])));
    if (count > network.zones) problems.push(tooMany(tier, count, network.zones));
  }
  for (const [index, subnet] of all.entries()) {
    if (!sizeIsTaken(subnet.network)) problems.push(wrongSize(subnet.path, subnet.text));
    if (!contains(vpc, subnet.network)) problems.push(outside(subnet.path, subnet.text, network.cidr));
    for (const other of all.slice(0, index)) {
      if (overlaps(subnet.network, other.network)) problems.push(overlapping(subnet, other));
    }
  }
  return problems;
};

function sizeIsTaken({ prefix }: Network4): boolean {
  return prefix >= LARGEST && prefix <= SMALLEST;
}

function wrongSize(path: string, text: string): Problem {
  return {
    code: "SUBNET_SIZE",
    path,
    message: `${text} is ${(parseCidr(text) as Network4).prefix > SMALLEST ? "too small" : "too large"} for AWS`,
    remedy: `Use a prefix from /${LARGEST} to /${SMALLEST}.`,
  };
}

function zoneWithout(tier: string, count: number, zones: number, isDeclared: boolean): Problem {
  return {
    code: "ZONE_WITHOUT_SUBNET",
    path: `network.subnets.${tier}`,
    message: `${zones} zones are used, but there ${count === 1 ? "is 1 subnet" : `are ${count} subnets`}`,
    remedy: isDeclared
      ? `Add ${zones - count} more, in zone order, or lower network.zones to ${count}.`
      : "Allocate smaller subnets (a larger prefix), or enlarge network.cidr.",
  };
}

function tooMany(tier: string, count: number, zones: number): Problem {
  return {
    code: "SUBNET_WITHOUT_ZONE",
    path: `network.subnets.${tier}`,
    message: `${count} subnets are declared for ${zones} zones`,
    remedy: `Remove ${count - zones}, or raise network.zones to ${count}.`,
  };
}

function outside(path: string, text: string, vpc: string): Problem {
  return {
    code: "SUBNET_OUTSIDE",
    path,
    message: `${text} is not inside the VPC's ${vpc}`,
    remedy: `Choose a network within ${vpc}.`,
  };
}

function overlapping(subnet: { path: string; text: string }, other: { path: string; text: string }): Problem {
  return {
    code: "SUBNETS_OVERLAP",
    path: subnet.path,
    message: `${subnet.text} overlaps ${other.text} at ${other.path}`,
    remedy: "Give each subnet addresses of its own.",
  };
}
