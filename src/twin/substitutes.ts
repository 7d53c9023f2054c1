import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { Substitute } from "#model/substitutes.ts";
import { formatCpu } from "#model/quantities/cpu.ts";
import { formatSize } from "#model/quantities/size.ts";

function missing(part: string, declared: string, reason: string): Substitute[] {
  return [{ part, declared, runs: "nothing", reason }];
}

/** What runs each service in AWS, in AWS's words. */
const REPLICA_IN_AWS = {
  "ecs-fargate": "Fargate task",
  eks: "pod",
  "ec2-auto-scaling": "EC2 instance",
} as const;

/**
 * What a twin runs in place of what AWS runs, or leaves out. Every figure that is measured on a twin is read with it.
 * @param programs the program behind each store: `PostgreSQL 15.18 from npm`.
 */
export function substitutesOf(
  architecture: ResolvedArchitecture,
  programs: Readonly<Record<string, string>>,
): Substitute[] {
  return [
    ...entrySubstitutes(architecture),
    ...serviceSubstitutes(architecture),
    ...storeSubstitutes(architecture, programs),
    ...readReplicaSubstitutes(architecture),
    ...rest(architecture),
  ];
}

function entrySubstitutes({ entry }: ResolvedArchitecture): Substitute[] {
  return [
    {
      part: "entry.loadBalancer",
      declared: "Application Load Balancer",
      runs: "Plumbline's load balancer, one process on 127.0.0.1",
      reason: "AWS runs a node in each zone",
    },
    ...(entry.dns
      ? missing("entry.dns", `Route 53 for ${entry.dns.domain}`, "clients use the printed address")
      : []),
    ...(entry.certificate
      ? missing(
          "entry.certificate",
          `ACM certificate for ${entry.certificate.domain}`,
          "the twin has no TLS: its listeners speak plain HTTP",
        )
      : []),
    ...(entry.cdn ? missing("entry.cdn", "CloudFront", "there is one edge: this machine") : []),
    ...(entry.waf ? missing("entry.waf", "AWS WAF", "its managed rules are AWS's own") : []),
  ];
}

function serviceSubstitutes({ services, compute }: ResolvedArchitecture): Substitute[] {
  return Object.entries(services).map(([name, { size, image }]) => ({
    part: `services.${name}`,
    declared: `${REPLICA_IN_AWS[compute.kind]} of ${image.repository}, ${formatCpu(size.cpu)}, ${formatSize(size.memory)}`,
    runs: "a process of this machine",
    reason: "no container engine is needed; the size is observed, not enforced",
  }));
}

function storeSubstitutes(
  { stores }: ResolvedArchitecture,
  programs: Readonly<Record<string, string>>,
): Substitute[] {
  return Object.entries(stores).map(([name, store]) => ({
    part: `stores.${name}`,
    declared: describeStore(store),
    runs: programs[name] ?? "nothing",
    reason:
      store.kind === "bucket"
        ? "objects are files"
        : "no encryption at rest, and plain TCP on loopback in place of TLS",
  }));
}

/** Read replicas, where they are declared: the reader endpoint leads to the primary. */
function readReplicaSubstitutes({ stores }: ResolvedArchitecture): Substitute[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    "readReplicas" in store && store.readReplicas > 0
      ? missing(
          `stores.${name}.readReplicas`,
          `${store.readReplicas} read replicas`,
          "the reader endpoint leads to the primary",
        )
      : [],
  );
}

/** What AWS runs for a store, in a few words. */
export function describeStore(store: ResolvedStore): string {
  const zones = "multiZone" in store && store.multiZone ? ", Multi-AZ" : "";
  switch (store.kind) {
    case "postgresql":
      return `${store.engine === "aurora" ? "Aurora" : "RDS"} PostgreSQL ${store.version}, ${store.instance}${zones}`;
    case "mysql":
      return `RDS MySQL ${store.version}, ${store.instance}${zones}`;
    case "documentdb":
      return `DocumentDB ${store.version}, ${store.instance}${zones}`;
    case "redis":
      return store.hosting === "pods"
        ? `Redis ${store.version} in pods`
        : `ElastiCache Redis ${store.version}, ${store.instance}${zones}`;
    case "bucket":
      return `S3 bucket for ${store.purpose}`;
  }
}

function rest({ network, security }: ResolvedArchitecture): Substitute[] {
  return [
    {
      part: "network",
      declared: `VPC ${network.cidr}, NAT ${network.nat}, security groups`,
      runs: "loopback addresses that follow the subnet plan",
      reason: "packets are neither routed nor filtered",
    },
    {
      part: "secrets",
      declared: security.secretsIn === "kubernetes" ? "Kubernetes Secrets" : "Secrets Manager",
      runs: "a file that only you can read",
      reason: "secrets of a twin open nothing else",
    },
  ];
}
