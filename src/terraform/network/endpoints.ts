import type { Context } from "../context.ts";
import { localName } from "../names.ts";
import type { Resource } from "../stack.ts";
import type { Routes } from "./routes.ts";
import type { Vpc } from "./vpc.ts";

/** Gateway endpoints are free, and are routes; all others are interfaces in the private subnets, and cost by the hour. */
const GATEWAYS: ReadonlySet<string> = new Set(["s3", "dynamodb"]);

/**
 * Ways to AWS's services that do not leave the VPC.
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
 *
 * @returns the security group of the interfaces, which services are let into; null where there are none.
 */
export function endpointsOf(
  { architecture, stack, name }: Context,
  { vpc, subnets }: Vpc,
  routes: Routes,
): Resource<"aws_security_group"> | null {
  const add = stack.file("network");
  const { network, region } = architecture;
  const tables = [...routes.privateTables, ...(routes.databaseTable ? [routes.databaseTable] : [])];
  for (const service of network.endpoints.filter((each) => GATEWAYS.has(each)))
    add("aws_vpc_endpoint", localName(service), {
      vpc_id: vpc.ref("id"),
      service_name: `com.amazonaws.${region}.${service}`,
      vpc_endpoint_type: "Gateway",
      route_table_ids: tables.map((table) => table.ref("id")),
      tags: { Name: name(service) },
    });

  const interfaces = network.endpoints.filter((each) => !GATEWAYS.has(each));
  if (interfaces.length === 0) return null;
  const group = add("aws_security_group", "endpoints", {
    name: name("endpoints"),
    description: "Interface endpoints of AWS services",
    vpc_id: vpc.ref("id"),
    tags: { Name: name("endpoints") },
  });
  for (const service of interfaces)
    add("aws_vpc_endpoint", localName(service), {
      vpc_id: vpc.ref("id"),
      service_name: `com.amazonaws.${region}.${service}`,
      vpc_endpoint_type: "Interface",
      private_dns_enabled: true,
      subnet_ids: subnets.private.map((subnet) => subnet.ref("id")),
      security_group_ids: [group.ref("id")],
      tags: { Name: name(service) },
    });
  return group;
}
