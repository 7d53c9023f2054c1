import type { Context } from "../context.ts";
import { localName, zoneLetter } from "../names.ts";
import type { Resource } from "../stack.ts";
import type { Vpc } from "./vpc.ts";

export interface Routes {
  /** One for each zone; where one NAT gateway serves all, they lead to the same. */
  readonly privateTables: readonly Resource<"aws_route_table">[];
  readonly databaseTable: Resource<"aws_route_table"> | null;
  readonly natGateways: readonly Resource<"aws_nat_gateway">[];
}

/** The ways out: the internet for the public tier, NAT for the private one, none for the database tier unless declared. */
export function routesOf(context: Context, { vpc, subnets }: Vpc): Routes {
  const { architecture, stack, name } = context;
  const add = stack.file("network");
  const letters = architecture.zoneNames.map(zoneLetter);
  const gateway = add("aws_internet_gateway", "main", { vpc_id: vpc.ref("id"), tags: { Name: name() } });

  const associate = (
    tier: string,
    each: Resource<"aws_subnet">,
    zone: number,
    table: Resource<"aws_route_table">,
  ) =>
    add("aws_route_table_association", localName(tier, letters[zone] ?? ""), {
      subnet_id: each.ref("id"),
      route_table_id: table.ref("id"),
    });

  const publicTable = add("aws_route_table", "public", {
    vpc_id: vpc.ref("id"),
    tags: { Name: name("public") },
  });
  add("aws_route", "public_internet", {
    route_table_id: publicTable.ref("id"),
    destination_cidr_block: "0.0.0.0/0",
    gateway_id: gateway.ref("id"),
  });
  subnets.public.forEach((subnet, zone) => associate("public", subnet, zone, publicTable));

  const natGateways = natGatewaysOf(context, subnets.public, gateway);
  const natFor = (zone: number) => natGateways[zone] ?? natGateways[0];
  const privateTables = subnets.private.map((subnet, zone) => {
    const letter = letters[zone] ?? "";
    const table = add("aws_route_table", localName("private", letter), {
      vpc_id: vpc.ref("id"),
      tags: { Name: name("private", letter) },
    });
    const nat = natFor(zone);
    if (nat)
      add("aws_route", localName("private", letter, "nat"), {
        route_table_id: table.ref("id"),
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: nat.ref("id"),
      });
    associate("private", subnet, zone, table);
    return table;
  });

  if (subnets.database.length === 0) return { privateTables, databaseTable: null, natGateways };
  const isolated = architecture.network.databaseRoute === "isolated" || natGateways.length === 0;
  const databaseTable = add(
    "aws_route_table",
    "database",
    { vpc_id: vpc.ref("id"), tags: { Name: name("database") } },
    isolated
      ? { comment: "The stores reach nothing outside the VPC: this table has no route beyond it." }
      : {},
  );
  if (!isolated && natGateways[0])
    add("aws_route", "database_nat", {
      route_table_id: databaseTable.ref("id"),
      destination_cidr_block: "0.0.0.0/0",
      nat_gateway_id: natGateways[0].ref("id"),
    });
  subnets.database.forEach((subnet, zone) => associate("database", subnet, zone, databaseTable));
  return { privateTables, databaseTable, natGateways };
}

function natGatewaysOf(
  { architecture, stack, name }: Context,
  publicSubnets: readonly Resource<"aws_subnet">[],
  gateway: Resource<"aws_internet_gateway">,
): Resource<"aws_nat_gateway">[] {
  const add = stack.file("network");
  const { nat } = architecture.network;
  const hosts = { "per-zone": publicSubnets, single: publicSubnets.slice(0, 1), none: [] }[nat];
  return hosts.map((subnet, zone) => {
    const letter = zoneLetter(architecture.zoneNames[zone] ?? "");
    const address = add(
      "aws_eip",
      localName("nat", letter),
      { domain: "vpc", tags: { Name: name("nat", letter) } },
      { dependsOn: [gateway] },
    );
    const comment =
      nat === "single" && zone === 0 ? "One for all zones: cheaper, and gone when its zone is." : undefined;
    return add(
      "aws_nat_gateway",
      letter === "" ? "main" : letter,
      {
        allocation_id: address.ref("id"),
        subnet_id: subnet.ref("id"),
        tags: { Name: name("nat", letter) },
      },
      { dependsOn: [gateway], ...(comment === undefined ? {} : { comment }) },
    );
  });
}
