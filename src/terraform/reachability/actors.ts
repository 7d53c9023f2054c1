import { type HclValue, isExpression } from "../hcl/expression.ts";
import type { ResourceType, Resources } from "../stack.ts";
import { blocks, ofType, referred, referredAll } from "./evaluate.ts";

/** Something with addresses in the VPC. */
export interface Actor {
  /** What people call it: `load balancer`, `api`, `database`. */
  readonly name: string;
  readonly kind: "load balancer" | "service" | "nodes" | "store" | "endpoints" | "vpn";
  readonly groups: readonly string[];
  readonly subnets: readonly string[];
  /** Whether it has an address on the internet of its own. */
  readonly isPublic: boolean;
}

type Args = Readonly<Record<string, HclValue>>;

/** Everything that has an address in the VPC, from the generated resources. */
export function actorsOf(stack: Resources): Actor[] {
  return [
    ...ofType(stack, "aws_lb").map(({ args }): Actor => ({
      name: "load balancer",
      kind: "load balancer",
      groups: referredAll(args["security_groups"]),
      subnets: referredAll(args["subnets"]),
      isPublic: args["internal"] !== true,
    })),
    ...ofType(stack, "aws_ecs_service").map(({ name, args }): Actor => {
      const [network = {}] = blocks(args["network_configuration"]);
      return {
        name,
        kind: "service",
        groups: referredAll(network["security_groups"]),
        subnets: referredAll(network["subnets"]),
        isPublic: network["assign_public_ip"] === true,
      };
    }),
    ...ofType(stack, "aws_autoscaling_group").map(({ name, args }) =>
      onInstances(stack, name, "service", args, args["vpc_zone_identifier"]),
    ),
    ...nodes(stack),
    ...ofType(stack, "aws_db_instance").flatMap((resource) => databaseInstance(stack, resource)),
    ...clusters(
      stack,
      "aws_rds_cluster",
      "aws_db_subnet_group",
      "db_subnet_group_name",
      "vpc_security_group_ids",
    ),
    ...clusters(
      stack,
      "aws_docdb_cluster",
      "aws_docdb_subnet_group",
      "db_subnet_group_name",
      "vpc_security_group_ids",
    ),
    ...clusters(
      stack,
      "aws_elasticache_replication_group",
      "aws_elasticache_subnet_group",
      "subnet_group_name",
      "security_group_ids",
    ),
    ...endpoints(stack),
    ...ofType(stack, "aws_ec2_client_vpn_endpoint").map(({ args }): Actor => ({
      name: "vpn",
      kind: "vpn",
      groups: referredAll(args["security_group_ids"]),
      subnets: ofType(stack, "aws_ec2_client_vpn_network_association").flatMap(
        (association) => referred(association.args["subnet_id"]) ?? [],
      ),
      isPublic: false,
    })),
  ];
}

function onInstances(
  stack: Resources,
  name: string,
  kind: Actor["kind"],
  args: Args,
  subnets: unknown,
): Actor {
  const [template = {}] = blocks(args["launch_template"]);
  const address = referred(template["id"]);
  const launch = ofType(stack, "aws_launch_template").find((each) => each.address === address);
  return {
    name,
    kind,
    groups: referredAll(launch?.args["vpc_security_group_ids"]).filter((each) =>
      each.startsWith("aws_security_group."),
    ),
    subnets: referredAll(subnets),
    isPublic: false,
  };
}

/** All node groups are in one security group: what runs on one may run on any. */
function nodes(stack: Resources): Actor[] {
  const groups = ofType(stack, "aws_eks_node_group").map(({ name, args }) =>
    onInstances(stack, name, "nodes", args, args["subnet_ids"]),
  );
  const [first] = groups;
  return first
    ? [{ ...first, name: "nodes", subnets: [...new Set(groups.flatMap(({ subnets }) => subnets))] }]
    : [];
}

/** A reader has its primary's subnets. */
function databaseInstance(
  stack: Resources,
  { name, args }: { readonly name: string; readonly args: Args },
): Actor[] {
  const group = subnetGroup(stack, "aws_db_subnet_group", args["db_subnet_group_name"]);
  if (args["replicate_source_db"] !== undefined && isExpression(args["replicate_source_db"])) return [];
  return [
    {
      name,
      kind: "store",
      groups: referredAll(args["vpc_security_group_ids"]),
      subnets: group,
      isPublic: args["publicly_accessible"] === true,
    },
  ];
}

function clusters(
  stack: Resources,
  type: ResourceType,
  groupType: ResourceType,
  group: string,
  groups: string,
): Actor[] {
  return ofType(stack, type).map(({ name, args }) => ({
    name,
    kind: "store",
    groups: referredAll(args[groups]),
    subnets: subnetGroup(stack, groupType, args[group]),
    isPublic: false,
  }));
}

function subnetGroup(stack: Resources, type: ResourceType, value: unknown): string[] {
  const address = referred(value);
  const group = ofType(stack, type).find((each) => each.address === address);
  return referredAll(group?.args["subnet_ids"]);
}

function endpoints(stack: Resources): Actor[] {
  const first = ofType(stack, "aws_vpc_endpoint").find(
    ({ args }) => args["vpc_endpoint_type"] === "Interface",
  );
  if (!first) return [];
  return [
    {
      name: "endpoints",
      kind: "endpoints",
      groups: referredAll(first.args["security_group_ids"]),
      subnets: referredAll(first.args["subnet_ids"]),
      isPublic: false,
    },
  ];
}
