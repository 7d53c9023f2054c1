import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, fails, type Found, holds } from "../finding.ts";
import { caches, replicated } from "../parts.ts";
import { capital, list, time } from "../words.ts";

/** What stands before the services, and whether it can be walked round. */
export const entry: Check = (architecture) => [
  ...firewall(architecture),
  ...sticky(architecture),
  ...originFailover(architecture),
  ...insideTraffic(architecture),
  ...logBucket(architecture),
];

function firewall({ entry: declared }: ResolvedArchitecture): Finding[] {
  const { waf, cdn, loadBalancer } = declared;
  const isOpen = loadBalancer.scheme === "internet-facing";
  if (!isOpen) return [];
  const references = [
    {
      page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/restrict-access-to-load-balancer.html",
      asOf: "2025-05",
    },
  ];
  const around: Finding[] = [];
  if (waf) {
    const isGuarded = waf.protects.includes("load-balancer");
    const found: Found = {
      check: "waf-bypass",
      part: "entry.waf.protects",
      says: isGuarded
        ? "The WAF is at the load balancer, which is open to every address: nothing gets past it."
        : "The WAF is at the CDN alone, and the load balancer is open to every address: whoever finds its name walks round the WAF.",
      references,
    };
    around.push(
      isGuarded
        ? holds(found)
        : fails(found, "Protect the load balancer as well, or let it take traffic from the CDN only.", {
            "entry.waf.protects": [...waf.protects, "load-balancer"],
          }),
    );
  }
  if (cdn)
    around.push(
      fails(
        {
          check: "cdn-bypass",
          part: "entry.loadBalancer.scheme",
          says: "The load balancer takes traffic from every address and not only from the CDN: whoever finds its name is spared the CDN's cache and its place at the edge, and the origin bears it.",
          references,
        },
        "Let the CDN reach it as a VPC origin, with an internal load balancer, or let in CloudFront's prefix list only.",
        { "entry.loadBalancer.scheme": "internal" },
      ),
    );
  return around;
}

/** Sessions that all replicas share need no stickiness, and stickiness undoes the even spread. */
function sticky(architecture: ResolvedArchitecture): Finding[] {
  const { stickiness } = architecture.entry.loadBalancer;
  const shared = caches(architecture).find(([, { purposes }]) => purposes.includes("sessions"));
  if (!stickiness) return [];
  const [name] = shared ?? [];
  const scales = replicated(architecture).some(([, { scaling }]) => scaling.length > 0);
  const found: Found = {
    check: "sticky-sessions",
    part: "entry.loadBalancer.stickiness",
    figure: stickiness.duration,
    unit: "milliseconds",
    says:
      name === undefined
        ? `Clients stay with one replica for ${time(stickiness.duration)}, and nothing else holds their sessions: those of a replica that is gone are lost.`
        : `Sessions are in ${name}, where every replica finds them, and clients are kept with one replica for ${time(stickiness.duration)} all the same${scales ? ": new replicas get new clients only, so that the old ones stay busy after a scale-out" : ""}.`,
    references: [
      {
        page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#sticky-sessions",
        asOf: "2025-05",
      },
    ],
  };
  return [
    fails(
      found,
      name === undefined ? "Keep sessions in a shared store, and remove stickiness." : "Remove stickiness.",
      { "entry.loadBalancer.stickiness": undefined },
    ),
  ];
}

/** CloudFront asks a second origin for what is only read, and only where the first was one of the same kind of request. */
function originFailover({ entry: { cdn }, recovery }: ResolvedArchitecture): Finding[] {
  if (!cdn || cdn.apiPaths.length === 0) return [];
  const found: Found = {
    check: "origin-failover",
    part: "entry.cdn.originFailover",
    says: cdn.originFailover
      ? `The CDN asks ${cdn.originFailover} when the site's bucket does not answer. ${list(cdn.apiPaths)} go to the load balancer of one region and have no second origin; CloudFront fails over for GET, HEAD and OPTIONS only.`
      : "The site has one origin: when its bucket does not answer, what is not in the cache is away.",
    references: [
      {
        page: "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html",
        asOf: "2025-05",
      },
    ],
  };
  if (cdn.originFailover) return [holds(found)];
  return recovery.region
    ? [fails(found, "Add a copy of the bucket in the second region as entry.cdn.originFailover.")]
    : [holds(found)];
}

/** What goes between replicas in clear text, where everything inside is to be authenticated and encrypted. */
function insideTraffic(architecture: ResolvedArchitecture): Finding[] {
  const { compute, security, services } = architecture;
  const wanted =
    security.zeroTrust || security.compliance.includes("pci-dss") || security.compliance.includes("hipaa");
  const pairs = replicated(architecture).flatMap(([name, { uses }]) =>
    uses.filter((used) => services[used] !== undefined).map((used) => `${name} to ${used}`),
  );
  if (!wanted) return [];
  const routed = architecture.entry.loadBalancer.routes.flatMap(({ to }) => to ?? []);
  const plain = [...new Set(routed.map((to) => `load balancer to ${to}`)), ...pairs];
  const isEncrypted = compute.kind === "eks" && compute.mesh?.mutualTls === "strict";
  const left = isEncrypted ? plain.slice(0, new Set(routed).size) : plain;
  const why = security.zeroTrust
    ? "Zero trust"
    : capital(list(security.compliance.filter((each) => each === "pci-dss" || each === "hipaa")));
  const found: Found = {
    check: "inside-encryption",
    part: compute.kind === "eks" ? "compute.mesh" : "security.zeroTrust",
    figure: isEncrypted ? 0 : pairs.length,
    limit: 0,
    unit: "count",
    says: isEncrypted
      ? `Replicas talk to each other by mutual TLS in the mesh; ${list(left)} is plain HTTP inside the VPC.`
      : `${why} is declared, and ${list(left)} ${left.length > 1 ? "go" : "goes"} in plain HTTP inside the VPC.`,
  };
  if (isEncrypted || pairs.length === 0) return [holds(found)];
  return [
    compute.kind === "eks"
      ? fails(found, "Put a mesh with mutual TLS between the services.", {
          "compute.mesh": { kind: "istio", mutualTls: "strict", retries: 2 },
        })
      : fails(found, "Let the services talk TLS to each other (ECS Service Connect can)."),
  ];
}

/** The load balancer writes its logs to buckets with keys of S3 only. */
function logBucket({ entry: declared, stores }: ResolvedArchitecture): Finding[] {
  const name = declared.loadBalancer.accessLogs?.bucket;
  const bucket = name === undefined ? undefined : stores[name];
  if (!bucket) return [];
  const part = `stores.${name}.encryption.atRest`;
  const found: Found = {
    check: "log-bucket-key",
    part,
    says:
      bucket.encryption.atRest === "kms"
        ? `The load balancer is to write its access logs to ${name}, which has a KMS key; it writes to buckets with S3's own keys (SSE-S3) only.`
        : `The load balancer can write its access logs to ${name}.`,
    references: [
      {
        page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
        asOf: "2025-05",
      },
    ],
  };
  return [
    bucket.encryption.atRest === "kms"
      ? fails(found, "Encrypt the bucket with AES-256.", { [part]: "aes-256" })
      : holds(found),
  ];
}
