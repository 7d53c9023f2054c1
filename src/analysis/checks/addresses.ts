import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { networkSize, parseCidr } from "#model/quantities/cidr.ts";
import {
  INSTANCE_TYPES_SOURCE,
  type InstanceType,
  instanceType,
} from "#aws/instance-types/instance-types.ts";
import { WARM_INTERFACES } from "#aws/kubernetes.ts";
import { LOAD_BALANCER_ADDRESSES, RESERVED_ADDRESSES } from "#aws/networking.ts";
import { type Check, fails, holds, inconclusive, referencesTo } from "../finding.ts";
import { podsOfCluster, podsOfEachNode, wantedBy } from "../node-capacity.ts";
import { type Eks, mostNodes, replicated } from "../parts.ts";
import { count, grouped } from "../words.ts";

/** Gateways are routes and take no address. */
const GATEWAYS: ReadonlySet<string> = new Set(["s3", "dynamodb"]);

/** Whether the subnets have addresses for everything at the greatest scale, with one zone gone as well. */
export const addresses: Check = (architecture) => [...privateTier(architecture), ...publicTier(architecture)];

function freeIn(subnets: readonly string[]): number[] {
  return subnets.map((text) => {
    const network = parseCidr(text);
    return network ? networkSize(network) - RESERVED_ADDRESSES.value : 0;
  });
}

function privateTier(architecture: ResolvedArchitecture): Finding[] {
  const { network, compute } = architecture;
  const free = freeIn(network.subnets.private);
  const smallest = Math.min(...free);
  const interfaces = network.endpoints.filter((endpoint) => !GATEWAYS.has(endpoint)).length;
  const check = "addresses";
  const part = "network.subnets.private";
  const demand =
    compute.kind === "eks"
      ? nodeAddresses(architecture, compute)
      : { most: replicaAddresses(architecture), says: "" };
  if (demand === null)
    return [
      inconclusive(
        {
          check,
          part,
          says: "How many addresses the nodes take is not known here for their instance types.",
        },
        "Look the instance types up.",
      ),
    ];
  // With a zone gone, the same number is in one zone less.
  const zonesLeft = Math.max(1, network.zones - 1);
  const inOne = Math.ceil(demand.most / zonesLeft) + interfaces;
  const says =
    demand.says ||
    `At the greatest scale and while a version is rolled, ${count(demand.most, "replica")} have an address each.`;
  const found = {
    check,
    part,
    figure: inOne,
    limit: smallest,
    unit: "count" as const,
    says: `${says} With one of ${network.zones} zones gone that is ${grouped(inOne)} in a zone, and the smallest private subnet has ${grouped(smallest)} free.`,
    references: referencesTo(
      RESERVED_ADDRESSES,
      ...(compute.kind === "eks" ? [WARM_INTERFACES, INSTANCE_TYPES_SOURCE] : []),
    ),
  };
  if (inOne <= smallest) return [holds(found)];
  return [
    fails(
      found,
      compute.kind === "eks"
        ? "Enlarge the private subnets, allow fewer or smaller nodes, or have the VPC CNI keep fewer addresses warm (WARM_IP_TARGET)."
        : "Enlarge the private subnets, or lower replicas.max.",
    ),
  ];
}

/** Every task and every instance has an address of its own; on a roll, those of both versions. */
function replicaAddresses(architecture: ResolvedArchitecture): number {
  return replicated(architecture).reduce(
    (sum, [, { replicas, rollout }]) => sum + Math.ceil((replicas.max * rollout.max) / 100),
    0,
  );
}

/**
 * The VPC CNI attaches interfaces whole: those that a node's pods need, and one more. Where a group may be made of several
 * types, the one counts that takes the most.
 */
function nodeAddresses(
  architecture: ResolvedArchitecture,
  compute: Eks,
): { most: number; says: string } | null {
  const nodes = mostNodes(compute);
  const spread = Math.ceil(
    (wantedBy(architecture, ({ max }) => max).pods + podsOfCluster(architecture)) / nodes,
  );
  const pods = spread + podsOfEachNode(architecture).length;
  const groups = Object.values(compute.nodeGroups).map(({ instanceTypes, max }) => ({
    max,
    types: instanceTypes.map(instanceType),
  }));
  if (groups.some(({ types }) => types.includes(null))) return null;
  const perNode = groups
    .map(({ max, types }) => ({
      max,
      addresses: Math.max(...types.map((type) => (type ? addressesOf(type, pods) : 0))),
    }))
    .sort((one, other) => other.addresses - one.addresses);
  let left = nodes;
  let most = 0;
  for (const { max, addresses } of perNode) {
    const taken = Math.min(left, max);
    most += taken * addresses;
    left -= taken;
  }
  return {
    most,
    says: `At the greatest scale ${count(nodes, "node")} with ${count(pods, "pod")} each hold ${grouped(most)} addresses: the VPC CNI attaches whole interfaces, and one more than the pods need.`,
  };
}

function addressesOf({ interfaces, addresses }: InstanceType, pods: number): number {
  const needed = Math.ceil(pods / Math.max(1, addresses - 1)) + WARM_INTERFACES.value;
  return Math.min(interfaces, needed) * addresses;
}

function publicTier({ network }: ResolvedArchitecture): Finding[] {
  const smallest = Math.min(...freeIn(network.subnets.public));
  // A NAT gateway has one of them.
  const wanted = LOAD_BALANCER_ADDRESSES.value + (network.nat === "none" ? 0 : 1);
  const found = {
    check: "addresses",
    part: "network.subnets.public",
    figure: wanted,
    limit: smallest,
    unit: "count" as const,
    says: `The load balancer wants ${LOAD_BALANCER_ADDRESSES.value} free addresses in each public subnet${network.nat === "none" ? "" : ", and a NAT gateway one"}; the smallest has ${grouped(smallest)}.`,
    references: referencesTo(LOAD_BALANCER_ADDRESSES),
  };
  return [wanted <= smallest ? holds(found) : fails(found, "Enlarge the public subnets to /27 or more.")];
}
