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
 * @param perZone whether every part has an address of its own, in its zone's subnet.
 */
export function substitutesOf(
  architecture: ResolvedArchitecture,
  programs: Readonly<Record<string, string>>,
  perZone: boolean,
): Substitute[] {
  return [
    ...entrySubstitutes(architecture, perZone),
    ...serviceSubstitutes(architecture),
    ...linkSubstitutes(architecture),
    ...storeSubstitutes(architecture, programs),
    ...readReplicaSubstitutes(architecture),
    ...rest(architecture, perZone),
  ];
}

function entrySubstitutes({ entry }: ResolvedArchitecture, perZone: boolean): Substitute[] {
  return [
    {
      part: "entry.loadBalancer",
      declared: "Application Load Balancer",
      runs: perZone
        ? "Plumbline's load balancer, one process with an address in each zone"
        : "Plumbline's load balancer, one process on 127.0.0.1",
      reason: perZone
        ? "AWS runs a node in each zone, and its DNS name leads to all; here 127.0.0.1 does"
        : "AWS runs a node in each zone; here only 127.0.0.1 is loopback",
    },
    ...(entry.dns
      ? missing("entry.dns", `Route 53 for ${entry.dns.domain}`, "clients use the printed address")
      : []),
    ...(entry.certificate
      ? [
          {
            part: "entry.certificate",
            declared: `ACM certificate for ${entry.certificate.domain}`,
            runs: "a certificate of an authority of your own",
            reason: "nobody else can prove to own the domain; clients have to trust the authority",
          },
        ]
      : []),
    ...(entry.cdn ? missing("entry.cdn", "CloudFront", "there is one edge: this machine") : []),
    ...(entry.waf ? missing("entry.waf", "AWS WAF", "its managed rules are AWS's own") : []),
  ];
}

function serviceSubstitutes({ services, compute }: ResolvedArchitecture): Substitute[] {
  return Object.entries(services).map(([name, { size, image }]) => ({
    part: `services.${name}`,
    declared: `${REPLICA_IN_AWS[compute.kind]} of ${image.repository}, ${formatCpu(size.cpu)}, ${formatSize(size.memory)}`,
    ...REPLICA_HERE[compute.kind],
  }));
}

const PROCESS = {
  runs: "a process of this machine",
  reason: "no container engine is needed; the size is observed, not enforced",
};

/** What runs it here. */
const REPLICA_HERE = {
  "ecs-fargate": PROCESS,
  eks: PROCESS,
  "ec2-auto-scaling": {
    runs: "a process of this machine, kept as its systemd unit would keep it",
    reason:
      "neither systemd nor a container engine is needed; it runs as you, not as user 1000, with the open files that you may have, and the size is observed, not enforced",
  },
} as const;

/** What leads callers to the replicas of a service in AWS, in AWS's words. */
const LINK_IN_AWS = {
  "ecs-fargate": "Service Connect",
  eks: "Kubernetes Service",
  "ec2-auto-scaling": "internal load balancer",
} as const;

/** Services that other services call. */
function linkSubstitutes({ services, compute }: ResolvedArchitecture): Substitute[] {
  const called = new Set(Object.values(services).flatMap(({ uses }) => uses));
  return Object.keys(services)
    .filter((name) => called.has(name))
    .map((name) => ({
      part: `services.${name}.callers`,
      declared: `${LINK_IN_AWS[compute.kind]} of ${name}`,
      runs: "the forwarder of the caller's zone, which leads each connection to the next healthy replica",
      reason: "there is no cluster network here; it needs no rights on this machine",
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
    reason: reasonOf(store, programs[name]),
  }));
}

function reasonOf({ kind }: ResolvedStore, program = "nothing"): string {
  if (kind === "bucket") return "objects are files";
  if (kind === "documentdb")
    return program === "nothing"
      ? "nothing here stands in for it: services get no address of it"
      : "an address of your own, of which the twin knows nothing";
  const plain = "no encryption at rest, and plain TCP on loopback in place of TLS";
  return kind === "mysql"
    ? `there is no MySQL in npm or Debian; the standby copies transactions, not the disk; ${plain}`
    : plain;
}

/** Read replicas, where they are declared and do not run: the reader endpoint leads to the primary. MySQL and caches have theirs. */
function readReplicaSubstitutes({ stores }: ResolvedArchitecture): Substitute[] {
  return Object.entries(stores).flatMap(([name, store]) =>
    "readReplicas" in store && lacksReaders(store) && store.readReplicas > 0
      ? missing(
          `stores.${name}.readReplicas`,
          `${store.readReplicas} read replicas`,
          "the reader endpoint leads to the primary",
        )
      : [],
  );
}

/** Of what nothing stands in for, the replicas are no part of their own. */
function lacksReaders({ kind }: ResolvedStore): boolean {
  return kind === "postgresql";
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

function rest({ network, security }: ResolvedArchitecture, perZone: boolean): Substitute[] {
  return [
    {
      part: "network",
      declared: `VPC ${network.cidr}, NAT ${network.nat}, security groups`,
      runs: perZone
        ? "loopback addresses that follow the subnet plan"
        : "127.0.0.1, parts told apart by port",
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
