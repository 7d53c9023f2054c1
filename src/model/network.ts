import * as z from "zod";
import { Cidr } from "./quantities/cidr.ts";
import { Duration } from "./quantities/duration.ts";

/** Subnet tiers: `public` holds load balancers and NAT gateways, `private` the replicas, `database` the stores. */
export const TIERS = ["public", "private", "database"] as const;
export type Tier = (typeof TIERS)[number];
export const TierName = z.enum(TIERS);

/** One subnet for each zone, in zone order; or the prefix length of subnets to be laid out by Plumbline. */
const Subnets = z.union([z.array(Cidr), z.strictObject({ allocate: z.int().min(16).max(28) })], {
  error:
    'a list of networks in zone order is expected, like ["10.0.1.0/24", "10.0.2.0/24"], or { allocate: 24 }',
});

/** AWS services that have an interface or gateway endpoint in the VPC. */
const EndpointService = z.enum([
  "s3",
  "dynamodb",
  "ecr.api",
  "ecr.dkr",
  "logs",
  "monitoring",
  "secretsmanager",
  "kms",
  "sts",
  "ec2",
  "autoscaling",
  "elasticloadbalancing",
]);

/** The VPC and what leads into and out of it. https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html */
export const Network = z.strictObject({
  /** The VPC's network; AWS takes /16 to /28. */
  cidr: Cidr,
  /** How many availability zones are used; they are named after the region: us-east-1a, us-east-1b … */
  zones: z.int().min(1).max(6),
  subnets: z.strictObject({ public: Subnets, private: Subnets, database: Subnets.optional() }),
  /** NAT gateways for the private tier: one in every zone, one for all, or none. */
  nat: z.enum(["per-zone", "single", "none"]).default("per-zone"),
  /** Whether the database tier has a way out. */
  databaseRoute: z.enum(["isolated", "nat"]).default("isolated"),
  dns: z
    .strictObject({ support: z.boolean().default(true), hostnames: z.boolean().default(true) })
    .prefault({}),
  /** `per-tier`: a network ACL of its own for each tier, beside the security groups. */
  networkAcls: z.enum(["default", "per-tier"]).default("default"),
  flowLogs: z
    .strictObject({ traffic: z.enum(["all", "reject"]).default("all"), retention: Duration.prefault("30d") })
    .prefault({}),
  endpoints: z.array(EndpointService).default([]),
  /** Client VPN for administrators. */
  vpn: z.strictObject({ clients: Cidr }).optional(),
});
