import type { Tier } from "#model/network.ts";
import { TIERS } from "#model/network.ts";
import type { Context } from "../context.ts";
import { localName, zoneLetter } from "../names.ts";
import type { Resource } from "../stack.ts";

export interface Vpc {
  readonly vpc: Resource<"aws_vpc">;
  /** One in each zone, in zone order; a tier that the architecture does not have is empty. */
  readonly subnets: Readonly<Record<Tier, readonly Resource<"aws_subnet">[]>>;
}

/** The VPC and its subnets, exactly as the architecture lays them out. */
export function vpcOf({ architecture, stack, name }: Context): Vpc {
  const add = stack.file("network");
  const { cidr, dns, subnets: plan } = architecture.network;
  const vpc = add("aws_vpc", "main", {
    cidr_block: cidr,
    enable_dns_support: dns.support,
    enable_dns_hostnames: dns.hostnames,
    tags: { Name: name() },
  });
  add(
    "aws_default_security_group",
    "main",
    { vpc_id: vpc.ref("id"), tags: { Name: name("default", "unused") } },
    { comment: "Nothing uses the VPC's own security group: without rules it lets nothing through." },
  );
  const subnetsOf = (tier: Tier) =>
    plan[tier].map((block, zone) => {
      const letter = zoneLetter(architecture.zoneNames[zone] ?? "");
      return add("aws_subnet", localName(tier, letter), {
        vpc_id: vpc.ref("id"),
        cidr_block: block,
        availability_zone: architecture.zoneNames[zone],
        map_public_ip_on_launch: false,
        tags: { Name: name(tier, letter), Tier: tier, ...clusterTags(architecture.compute.kind, tier) },
      });
    });
  const [publicSubnets, privateSubnets, databaseSubnets] = TIERS.map(subnetsOf) as [
    Resource<"aws_subnet">[],
    Resource<"aws_subnet">[],
    Resource<"aws_subnet">[],
  ];
  return { vpc, subnets: { public: publicSubnets, private: privateSubnets, database: databaseSubnets } };
}

/** How the AWS Load Balancer Controller finds subnets. https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html */
function clusterTags(compute: string, tier: Tier): Record<string, string> {
  if (compute !== "eks" || tier === "database") return {};
  return { [tier === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb"]: "1" };
}
