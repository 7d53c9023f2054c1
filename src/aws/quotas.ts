import type { Dated } from "./facts.ts";

const quota = (value: number, page: string, says: string, asOf = "2025-05"): Dated<number> => ({
  value,
  page,
  asOf,
  says,
});

const VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html";
const LOAD_BALANCER =
  "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html";

/** What a new account may have in a region. Those marked adjustable are raised on request. */
export const QUOTAS = {
  elasticIps: quota(5, VPC, "Elastic IP addresses in a region; adjustable."),
  interfaceEndpoints: quota(50, VPC, "Interface and gateway load balancer endpoints in a VPC; adjustable."),
  loadBalancerRules: quota(100, LOAD_BALANCER, "Rules of a load balancer without its defaults; adjustable."),
  loadBalancerTargets: quota(1000, LOAD_BALANCER, "Targets of an Application Load Balancer; adjustable."),
  fargateVcpus: quota(
    6,
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html",
    "vCPUs of Fargate On-Demand and as many of Fargate Spot in a new account; AWS raises it with use; adjustable.",
  ),
  onDemandVcpus: quota(
    5,
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits",
    "vCPUs of running on-demand instances of the families A, C, D, H, I, M, R, T and Z in a new account; adjustable.",
  ),
  spotVcpus: quota(
    5,
    "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-limits.html",
    "vCPUs of running spot instances of the same families in a new account; adjustable.",
  ),
  nodesPerGroup: quota(
    450,
    "https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html",
    "Nodes of a managed node group; adjustable.",
  ),
  databaseInstances: quota(
    40,
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html",
    "DB instances in a region; adjustable.",
    "2026-08",
  ),
} as const satisfies Readonly<Record<string, Dated<number>>>;

/** The longest time from SIGTERM to SIGKILL that Fargate takes, and the notice that spot capacity gives; milliseconds. */
export const SPOT_NOTICE: Dated<number> = {
  value: 120_000,
  page: "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
  asOf: "2025-05",
  says: "A Fargate Spot task gets a notice of two minutes; a stopTimeout is at most 120 seconds.",
};
