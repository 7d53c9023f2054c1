import type { ResolvedArchitecture } from "#model/architecture.ts";
import { natGateways } from "../parts/network.ts";
import type { PricedSaving } from "../types.ts";
import { GB } from "../month.ts";
import { usageOf } from "../usage.ts";
import { difference, pricedSaving, promisesAvailability, type Savings } from "./context.ts";

type Endpoint = ResolvedArchitecture["network"]["endpoints"][number];

/** What tasks, nodes and instances call of AWS on their own, before any code of the services runs. */
const CALLED: Readonly<Record<ResolvedArchitecture["compute"]["kind"], readonly Endpoint[]>> = {
  "ecs-fargate": ["ecr.api", "ecr.dkr"],
  eks: ["ecr.api", "ecr.dkr", "ec2", "sts", "autoscaling", "elasticloadbalancing"],
  "ec2-auto-scaling": ["ecr.api", "ecr.dkr", "monitoring"],
};

/** One NAT gateway for all zones. Where there is one already: what it spares. */
export function singleNat(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const { network, zoneNames } = architecture;
  if (network.nat === "none" || zoneNames.length === 1) return [];
  const now = savings.costOf("nat");
  const isTaken = network.nat === "single";
  const other = { ...architecture, network: { ...network, nat: isTaken ? "per-zone" : "single" } } as const;
  const changed = now + difference(savings, other);
  return [
    pricedSaving(savings, "single-nat", {
      component: "nat",
      before: isTaken ? changed : now,
      after: isTaken ? now : changed,
      says: `One gateway and address in place of ${zoneNames.length}; traffic of the other zones is billed for crossing over. When its zone is lost, nothing has a way out.`,
      applies: isTaken || !promisesAvailability(architecture),
    }),
  ];
}

/** Interface endpoints for the services of AWS that are called, and no NAT where nothing else is. */
export function endpointsForNat(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const { network, zoneNames, services, billing } = architecture;
  const gateways = natGateways(architecture);
  if (gateways === 0) return [];
  const open = Object.entries(services).flatMap(([name, { egress }]) => (egress === "open" ? [name] : []));
  const needed = [...new Set([...network.endpoints, ...calledOf(architecture)])];
  const usage = usageOf(architecture);
  const remaining = Math.max(0, usage.natTraffic.value - usage.logs.value) * GB;
  const changed: ResolvedArchitecture = {
    ...architecture,
    network: { ...network, endpoints: needed, nat: open.length > 0 ? network.nat : "none" },
    billing: { ...billing, usage: { ...billing.usage, natTraffic: remaining } },
  };
  const before = savings.costOf("nat");
  const interfaces = needed.filter((each) => each !== "s3" && each !== "dynamodb");
  const why =
    open.length > 0
      ? `NAT stays: ${open.join(", ")} may call anything on the internet, which endpoints do not lead to.`
      : "Without NAT nothing reaches the internet.";
  return [
    pricedSaving(savings, "vpc-endpoints-for-nat", {
      component: "nat",
      before,
      after: before + difference(savings, changed),
      says: `Interface endpoints for ${interfaces.join(", ")} in ${zoneNames.length} zones, each billed by the hour, in place of ${gateways} NAT ${gateways === 1 ? "gateway" : "gateways"}. ${why}`,
      applies: open.length === 0,
      references: [{ page: "https://aws.amazon.com/privatelink/pricing/", asOf: "2025-06" }],
    }),
  ];
}

function calledOf({ compute, security, observability, secrets, stores }: ResolvedArchitecture): Endpoint[] {
  const hasSecrets =
    (security.secretsIn === "secrets-manager" && Object.keys(secrets).length > 0) ||
    Object.values(stores).some((store) => store.kind !== "bucket" && store.hosting === "managed");
  return [
    "s3",
    ...CALLED[compute.kind],
    ...(observability.logs.backend === "cloudwatch" ? (["logs"] as const) : []),
    ...(hasSecrets ? (["secretsmanager"] as const) : []),
  ];
}
