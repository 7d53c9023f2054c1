import type { ResolvedArchitecture } from "#model/architecture.ts";
import { graduated, TRANSFER_OUT } from "../prices/tiers.ts";
import type { Costs, Line } from "../line.ts";
import { HOURS_A_MONTH } from "../month.ts";

/** Gateway endpoints are free. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html */
const GATEWAY_ENDPOINTS: ReadonlySet<string> = new Set(["s3", "dynamodb"]);

export function natGateways({ network, zoneNames }: ResolvedArchitecture): number {
  return { "per-zone": zoneNames.length, single: 1, none: 0 }[network.nat];
}

/** NAT, public addresses, endpoints, VPN, and data that leaves or changes its zone. https://aws.amazon.com/vpc/pricing/ */
export function networkLines(costs: Costs): Line[] {
  return [
    ...natLines(costs),
    ...addressLines(costs),
    ...endpointLines(costs),
    ...vpnLines(costs),
    ...transferLines(costs),
  ];
}

function natLines({ architecture, usage }: Costs): Line[] {
  const count = natGateways(architecture);
  if (count === 0) return [];
  const line = { component: "nat", part: "network.nat" } as const;
  return [
    { ...line, name: "gateways", sku: "nat.hour", quantity: count, hours: HOURS_A_MONTH },
    {
      ...line,
      name: "data processed",
      sku: "nat.gb",
      quantity: usage.natTraffic.value,
      assumption: usage.natTraffic.says,
    },
  ];
}

/** Each NAT gateway has an address, and an internet-facing load balancer one in each zone. */
function addressLines({ architecture }: Costs): Line[] {
  const { scheme } = architecture.entry.loadBalancer;
  const holders = [
    { name: "NAT gateways", part: "network.nat", count: natGateways(architecture) },
    {
      name: "load balancer",
      part: "entry.loadBalancer",
      count: scheme === "internet-facing" ? architecture.zoneNames.length : 0,
    },
  ];
  return holders
    .filter(({ count }) => count > 0)
    .map(({ name, part, count }) => ({
      component: "addresses",
      name,
      part,
      sku: "public-ipv4.hour",
      quantity: count,
      hours: HOURS_A_MONTH,
    }));
}

function endpointLines({ architecture, usage }: Costs): Line[] {
  const interfaces = architecture.network.endpoints.filter((each) => !GATEWAY_ENDPOINTS.has(each));
  if (interfaces.length === 0) return [];
  const line = { component: "endpoints", part: "network.endpoints" } as const;
  return [
    {
      ...line,
      name: `${interfaces.length} interface endpoints in each zone`,
      sku: "endpoint.hour",
      quantity: interfaces.length * architecture.zoneNames.length,
      hours: HOURS_A_MONTH,
    },
    {
      ...line,
      name: "data processed",
      sku: "endpoint.gb",
      quantity: usage.logs.value,
      assumption: `As much goes through the endpoints as is logged: ${usage.logs.says}`,
    },
  ];
}

function vpnLines({ architecture, usage }: Costs): Line[] {
  if (!architecture.network.vpn) return [];
  const line = { component: "vpn", part: "network.vpn" } as const;
  return [
    {
      ...line,
      name: "associations with subnets",
      sku: "vpn.association",
      quantity: architecture.network.subnets.private.length,
      hours: HOURS_A_MONTH,
    },
    {
      ...line,
      name: "connections",
      sku: "vpn.connection",
      quantity: 1,
      hours: usage.vpnHours.value,
      assumption: usage.vpnHours.says,
    },
  ];
}

function transferLines({ architecture, usage }: Costs): Line[] {
  const { transferOut, crossZoneTransfer, natTraffic } = usage;
  const { nat } = architecture.network;
  const steps = graduated(transferOut.value, TRANSFER_OUT);
  const says = `${transferOut.says} The account's first 100 GB a month are free.`;
  const out = steps.length > 0 ? steps : [{ sku: "transfer.out.first-10-tb", quantity: 0 }];
  return [
    ...out.map(({ sku, quantity }): Line => ({
      component: "transfer",
      name: "to the internet",
      part: "billing.usage.transferOut",
      sku,
      quantity,
      assumption: says,
    })),
    {
      component: "transfer",
      name: "between zones",
      part: "billing.usage.crossZoneTransfer",
      sku: "transfer.zone",
      quantity: 2 * crossZoneTransfer.value,
      assumption: `${crossZoneTransfer.says} It is billed where it leaves and where it arrives.`,
    },
    ...(nat === "single" && architecture.zoneNames.length > 1
      ? [
          {
            component: "transfer",
            name: "to the NAT gateway in another zone",
            part: "network.nat",
            sku: "transfer.zone",
            quantity: 2 * natTraffic.value * (1 - 1 / architecture.zoneNames.length),
            assumption: `${natTraffic.says} It comes evenly from all zones.`,
          } as const,
        ]
      : []),
  ];
}
