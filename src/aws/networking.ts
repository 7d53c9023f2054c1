import type { Dated } from "./facts.ts";

/** AWS keeps the first four addresses of a subnet and the last. */
export const RESERVED_ADDRESSES: Dated<number> = {
  value: 5,
  page: "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html",
  asOf: "2025-05",
};

/** Addresses that an Application Load Balancer wants free in each of its subnets. */
export const LOAD_BALANCER_ADDRESSES: Dated<number> = {
  value: 8,
  page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html",
  asOf: "2025-05",
  says: "Each subnet needs a prefix of at least /27 and eight free addresses, so that the load balancer can scale.",
};

/** Endpoints without which each kind of compute does not start where there is no way out. */
export const NEEDED_ENDPOINTS: Dated<
  Readonly<Record<"eks" | "ecs-fargate" | "ec2-auto-scaling", readonly string[]>>
> = {
  value: {
    eks: ["ec2", "ecr.api", "ecr.dkr", "s3", "sts"],
    "ecs-fargate": ["ecr.api", "ecr.dkr", "s3"],
    "ec2-auto-scaling": ["ecr.api", "ecr.dkr", "s3", "autoscaling"],
  },
  page: "https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html",
  asOf: "2025-05",
  says: "Nodes and tasks pull images, ask for credentials and send logs over HTTPS; without a way out each service needs its endpoint.",
};

/** Until a change of a CloudFront distribution is everywhere; milliseconds. */
export const DISTRIBUTION_CHANGE: Dated<number> = {
  value: 5 * 60_000,
  page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HowToUpdateDistribution.html",
  asOf: "2025-05",
  says: "Changes begin to propagate at once and are typically everywhere within minutes.",
};
