/**
 * How long Terraform waits until AWS has made something. AWS publishes next to nothing of it: most figures are from logs of
 * `terraform apply` in public repositories, as of the day on which they were looked up.
 */
import { type Timing, around, between } from "./timing.ts";

export const CREATION_TIMINGS = {
  "create-network": {
    value: between(10, 30),
    basis: "estimate",
    says: "VPC, subnets, internet gateway, route tables and security groups.",
    page: "https://docs.aws.amazon.com/vpc/latest/userguide/create-vpc.html",
    asOf: "2025-06",
  },
  "create-nat-gateway": {
    value: around(105, 130),
    basis: "measured",
    says: "NAT gateways. Eight logs have 85 s to 125 s.",
    page: "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html",
    asOf: "2026-11-21",
  },
  "create-load-balancer": {
    value: around(150, 190),
    basis: "measured",
    says: "An Application Load Balancer. Six logs have 135 s to 187 s.",
    page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-application-load-balancer.html",
    asOf: "2026-11-21",
  },
  "validate-certificate": {
    value: around(90, 1800),
    basis: "estimate",
    says: "A certificate that is validated by DNS, where the zone is in Route 53: a minute or two, and in rare cases half an hour.",
    page: "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html",
    asOf: "2025-06",
  },
  "create-cdn": {
    value: around(240, 750),
    basis: "measured",
    says: "A CloudFront distribution until it is deployed. Two logs have 180 s and 754 s.",
    page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/distribution-create-delete.html",
    asOf: "2026-11-21",
  },
  "create-eks-control-plane": {
    value: around(560, 780),
    basis: "measured",
    says: "The control plane of an EKS cluster. Ten logs have 404 s to 765 s.",
    page: "https://docs.aws.amazon.com/eks/latest/userguide/create-cluster.html",
    asOf: "2026-11-21",
  },
  "create-eks-node-group": {
    value: around(125, 260),
    basis: "measured",
    says: "A managed node group until its nodes are ready. Eight logs have 107 s to 260 s.",
    page: "https://docs.aws.amazon.com/eks/latest/userguide/create-managed-node-group.html",
    asOf: "2026-11-21",
  },
  "create-eks-add-ons": {
    value: between(30, 90),
    basis: "estimate",
    says: "The cluster's add-ons and what it needs before it takes our pods.",
    page: "https://docs.aws.amazon.com/eks/latest/userguide/eks-add-ons.html",
    asOf: "2025-06",
  },
  "create-rds-instance": {
    value: around(430, 620),
    basis: "measured",
    says: "A DB instance without a standby. Four logs have 315 s to 612 s.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_CreateDBInstance.html",
    asOf: "2026-11-21",
  },
  "create-rds-multi-az": {
    value: around(870, 1300),
    basis: "measured",
    says: "A DB instance with a standby. Three logs of production instances have 842 s to 1026 s.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html",
    asOf: "2026-11-21",
  },
  "create-aurora-cluster": {
    value: around(600, 900),
    basis: "estimate",
    says: "An Aurora cluster and its instances, which begin after it.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.CreateInstance.html",
    asOf: "2025-06",
  },
  "create-documentdb-cluster": {
    value: around(600, 900),
    basis: "estimate",
    says: "A DocumentDB cluster and its instances, which begin after it.",
    page: "https://docs.aws.amazon.com/documentdb/latest/developerguide/db-cluster-create.html",
    asOf: "2025-06",
  },
  "create-cache": {
    value: around(420, 900),
    basis: "estimate",
    says: "An ElastiCache replication group.",
    page: "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Replication.CreatingRepGroup.html",
    asOf: "2025-06",
  },
  "create-ecs-cluster": {
    value: between(10, 20),
    basis: "estimate",
    says: "An ECS cluster with its capacity providers.",
    page: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-cluster-console-v2.html",
    asOf: "2025-06",
  },
  "restore-database": {
    value: around(1200, 3600),
    basis: "estimate",
    says: "A database from a backup to a point in time: a new instance, its volume from snapshots, and the logs since the last one. It grows with the logs, and blocks come from S3 when they are first read.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html",
    asOf: "2025-06",
  },
  "restore-cluster": {
    value: around(1500, 3600),
    basis: "estimate",
    says: "An Aurora or DocumentDB cluster from a backup: the cluster's volume, and then its instances.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-pitr.html",
    asOf: "2025-06",
  },
  "promote-replica": {
    value: around(180, 600),
    basis: "estimate",
    says: "A read replica or a secondary cluster in another region becomes a database of its own.",
    page: "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.html#USER_ReadRepl.Promote",
    asOf: "2025-06",
  },
} as const satisfies Readonly<Record<string, Timing>>;
