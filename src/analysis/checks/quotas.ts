import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { instanceType } from "#aws/instance-types/instance-types.ts";
import { QUOTAS } from "#aws/quotas.ts";
import { type Check, type Found, holds, inconclusive, referencesTo } from "../finding.ts";
import { databases, instancesOf, mostNodes, replicated } from "../parts.ts";
import { grouped } from "../words.ts";

type Quota = keyof typeof QUOTAS;

const QUOTA_CHECKS: Readonly<Record<Quota, string>> = {
  elasticIps: "quota-elastic-ips",
  interfaceEndpoints: "quota-endpoints",
  loadBalancerRules: "quota-rules",
  loadBalancerTargets: "quota-targets",
  fargateVcpus: "quota-fargate",
  onDemandVcpus: "quota-on-demand",
  spotVcpus: "quota-spot",
  nodesPerGroup: "quota-nodes",
  databaseInstances: "quota-databases",
};

interface Use {
  readonly quota: Quota;
  readonly part: string;
  /** Null where it cannot be reckoned. */
  readonly most: number | null;
  readonly what: string;
}

/** What an account may have in a region, against what the architecture takes of it at the greatest scale. */
export const quotas: Check = (architecture) => uses(architecture).map(findingOf);

function findingOf({ quota, part, most, what }: Use): Finding {
  const fact = QUOTAS[quota];
  const found: Found = {
    check: QUOTA_CHECKS[quota],
    part,
    ...(most === null ? {} : { figure: most }),
    limit: fact.value,
    unit: "count",
    says:
      most === null
        ? `How many ${what} are needed is not known here.`
        : `At the greatest scale: ${grouped(most)} ${what}. A new account has ${grouped(fact.value)}: ${fact.says ?? ""}`,
    references: referencesTo(fact),
  };
  if (most !== null && most <= fact.value) return holds(found);
  // Whether an account has had it raised is known to AWS alone.
  return inconclusive(found, "Look at Service Quotas of your account, and ask for more before you scale.");
}

function uses(architecture: ResolvedArchitecture): Use[] {
  const { network, compute, entry } = architecture;
  const gateways = { "per-zone": network.zones, single: 1, none: 0 }[network.nat];
  const interfaces = network.endpoints.filter(
    (endpoint) => endpoint !== "s3" && endpoint !== "dynamodb",
  ).length;
  const targets = replicated(architecture).reduce(
    (sum, [, { kind, replicas, rollout }]) =>
      sum + (kind === "web" ? Math.ceil((replicas.max * rollout.max) / 100) : 0),
    0,
  );
  const instances = databases(architecture)
    .filter(([, { hosting }]) => hosting === "managed")
    // A standby is no instance of its own.
    .reduce(
      (sum, [, store]) =>
        sum + instancesOf(architecture, store) - (store.kind !== "documentdb" && store.multiZone ? 1 : 0),
      0,
    );
  return [
    {
      quota: "elasticIps",
      part: "network.nat",
      most: gateways,
      what: "Elastic IP addresses for NAT gateways",
    },
    ...(interfaces > 0
      ? [
          {
            quota: "interfaceEndpoints",
            part: "network.endpoints",
            most: interfaces,
            what: "interface endpoints",
          } as const,
        ]
      : []),
    {
      quota: "loadBalancerRules",
      part: "entry.loadBalancer.routes",
      most: entry.loadBalancer.routes.length,
      what: "rules of the load balancer",
    },
    { quota: "loadBalancerTargets", part: "services", most: targets, what: "targets" },
    ...(instances > 0
      ? [{ quota: "databaseInstances", part: "stores", most: instances, what: "DB instances" } as const]
      : []),
    ...machines(architecture, compute),
  ];
}

function machines(architecture: ResolvedArchitecture, compute: ResolvedArchitecture["compute"]): Use[] {
  const replicas = replicated(architecture);
  switch (compute.kind) {
    case "ecs-fargate": {
      const cpu = replicas.reduce(
        (
          sum,
          [
            ,
            {
              replicas: { max },
              rollout,
              size,
            },
          ],
        ) => sum + Math.ceil((max * rollout.max) / 100) * size.cpu,
        0,
      );
      return [
        {
          quota: "fargateVcpus",
          part: "services",
          most: Math.ceil(cpu),
          what: "vCPUs of Fargate while a version is rolled",
        },
      ];
    }
    case "ec2-auto-scaling": {
      const type = instanceType(compute.instanceType);
      const count = replicas.reduce(
        (
          sum,
          [
            ,
            {
              replicas: { max },
            },
          ],
        ) => sum + Math.ceil(max * 1.1),
        0,
      );
      return [
        {
          quota: "onDemandVcpus",
          part: "compute.instanceType",
          most: type && count * type.vcpus,
          what: "vCPUs of on-demand instances",
        },
      ];
    }
    case "eks":
      return [
        ...Object.entries(compute.nodeGroups).map(([name, { max }]): Use => ({
          quota: "nodesPerGroup",
          part: `compute.nodeGroups.${name}.max`,
          most: max,
          what: "nodes in the group",
        })),
        ...(["on-demand", "spot"] as const).flatMap((capacity): Use[] => {
          const groups = Object.entries(compute.nodeGroups).filter(
            ([, group]) => group.capacity === capacity,
          );
          if (groups.length === 0) return [];
          return [
            {
              quota: capacity === "spot" ? "spotVcpus" : "onDemandVcpus",
              part: "compute.nodeGroups",
              most: vcpusOf(
                groups.map(([, group]) => group),
                mostNodes(compute),
              ),
              what: `vCPUs of ${capacity} nodes`,
            },
          ];
        }),
      ];
  }
}

/** Of the largest type of each group, of which there may be as many as the group and the cluster allow. */
function vcpusOf(
  groups: readonly { readonly instanceTypes: readonly string[]; readonly max: number }[],
  nodes: number,
): number | null {
  let sum = 0;
  for (const { instanceTypes, max } of groups) {
    const types = instanceTypes.map(instanceType);
    if (types.includes(null)) return null;
    sum += Math.min(max, nodes) * Math.max(...types.map((type) => type?.vcpus ?? 0));
  }
  return sum;
}
