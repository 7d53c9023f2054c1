/** Names, load balancers and metrics: how long it takes until clients and controllers see what has changed. */
import { type Timing, around, between, constant } from "./timing.ts";

export const ENTRY_TIMINGS = {
  "target-registration": {
    value: between(1, 10),
    basis: "estimate",
    says: "From the registration of a target until the load balancer sends it the first health check.",
    page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html",
    asOf: "2025-06",
  },
  "load-balancer-connect": {
    value: constant(10),
    basis: "documented",
    says: '504: "The load balancer failed to establish a connection to the target before the connection timeout expired (10 seconds)."',
    page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html",
    asOf: "2026-11-21",
  },
  "load-balancer-node-removal": {
    value: between(30, 60),
    basis: "estimate",
    says: "From the loss of a zone until DNS names no load balancer node of that zone any more.",
    page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
    asOf: "2026-10-01",
  },
  "load-balancer-dns-ttl": {
    value: constant(60),
    basis: "documented",
    says: '"The DNS entry also specifies the time-to-live (TTL) of 60 seconds." For so long clients go on to a node that is gone.',
    page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html",
    asOf: "2026-10-01",
  },
  "route53-health-check": {
    value: between(60, 90),
    basis: "documented",
    says: "A health check of Route 53 asks every 30 s unless it is a fast one, and three failures in a row count.",
    page: "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-determining-health-of-endpoints.html",
    asOf: "2025-06",
  },
  "route53-propagation": {
    value: around(30, 60),
    basis: "documented",
    says: "A changed record is on all of Route 53's name servers within 60 s.",
    page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-delete.html",
    asOf: "2026-11-21",
  },
  "cloudwatch-metric-delay": {
    value: between(60, 180),
    basis: "estimate",
    says: "From the end of a minute until its metric is a data point of an alarm.",
    page: "https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html",
    asOf: "2025-06",
  },
  "ec2-basic-monitoring": {
    value: constant(300),
    basis: "documented",
    says: "Without detailed monitoring an instance sends its metrics every five minutes.",
    page: "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/manage-detailed-monitoring.html",
    asOf: "2025-06",
  },
  "metrics-server-resolution": {
    value: between(0, 15),
    basis: "documented",
    says: "The metrics server asks every kubelet each 15 s (metric-resolution), and the autoscaler of pods goes by what it has.",
    page: "https://github.com/kubernetes-sigs/metrics-server",
    asOf: "2025-06",
  },
} as const satisfies Readonly<Record<string, Timing>>;
