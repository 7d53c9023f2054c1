import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { NEEDED_ENDPOINTS } from "#aws/networking.ts";
import { type Check, fails, type Found, holds, referencesTo } from "../finding.ts";
import { objectivesOf } from "../parts.ts";
import { list } from "../words.ts";

/** Whether replicas reach what they cannot do without, and whether what is said to be spared can be. */
export const egress: Check = (architecture) => [
  wayOut(architecture),
  ...statedPorts(architecture),
  ...withoutNat(architecture),
];

/** AWS services that the architecture calls, by the names of their endpoints. */
function called({ compute, security, observability, secrets }: ResolvedArchitecture): string[] {
  const wanted = [
    ...NEEDED_ENDPOINTS.value[compute.kind],
    ...(observability.logs.backend === "cloudwatch" ? ["logs"] : []),
    ...(security.secretsIn === "secrets-manager" && Object.keys(secrets).length > 0
      ? ["secretsmanager"]
      : []),
    ...(compute.kind === "eks" && compute.clusterAutoscaler ? ["autoscaling"] : []),
    ...(compute.kind === "eks" ? ["elasticloadbalancing"] : []),
  ];
  return [...new Set(wanted)];
}

function wayOut(architecture: ResolvedArchitecture): Finding {
  const { network, services } = architecture;
  const part = "network.nat";
  const references = referencesTo(NEEDED_ENDPOINTS);
  const found: Found = { check: "egress", part, says: "", references };
  if (network.nat !== "none")
    return holds({
      ...found,
      says: "The private subnets reach the registry, secrets, logs and the control plane through NAT.",
    });
  const endpoints: readonly string[] = network.endpoints;
  const missing = called(architecture).filter((service) => !endpoints.includes(service));
  const open = Object.entries(services)
    .filter(([, { egress: declared }]) => declared === "open")
    .map(([name]) => name);
  const lack = [
    ...(missing.length > 0 ? [`no endpoint for ${list(missing)}`] : []),
    ...(open.length > 0 ? [`no way to the internet for ${list(open)}`] : []),
  ];
  if (lack.length === 0)
    return holds({
      ...found,
      says: "There is no NAT, and every service of AWS that is called has its endpoint.",
    });
  return fails(
    {
      ...found,
      says: `There is no NAT, and there is ${list(lack)}: replicas do not start, or fail in what they call.`,
    },
    "Add the endpoints, or a NAT gateway.",
    open.length > 0 ? { "network.nat": "per-zone" } : { "network.endpoints": [...endpoints, ...missing] },
  );
}

const PORT = /\b\d{2,5}\b/g;
const HTTPS = "443";
/** Words by which a rule lets everything out. */
const EVERYTHING = /\b(all|any|anywhere|everything|0\.0\.0\.0\/0)\b/i;

/**
 * Rules that a document writes out for what leaves a machine: to run at all, it needs 443 for its image, its secrets and the
 * control plane, and DNS. Load balancers and databases start nothing and need neither.
 */
function statedPorts(architecture: ResolvedArchitecture): Finding[] {
  const { sources, notes } = architecture;
  const claims = [
    ...Object.entries(sources).map(([part, { text, line }]) => ({ part, text, line })),
    ...notes.flatMap(({ statements }) =>
      statements.map(({ text, line }) => ({ part: "services", text, line })),
    ),
  ];
  const seen = new Set<number>();
  return claims.flatMap(({ part, text, line }) => {
    const rule = /\b(outbound|egress)\b\s*:?(.*)/is.exec(text)?.[2];
    const ports: readonly string[] =
      rule === undefined || EVERYTHING.test(rule) ? [] : (rule.match(PORT) ?? []);
    const isCompute =
      /^services(\.|$)|^compute/.test(part) && !part.startsWith("services.")
        ? ports.length > 1
        : /^services\.[^.]+\.uses/.test(part);
    if (ports.length === 0 || !isCompute || seen.has(line)) return [];
    seen.add(line);
    const found: Found = {
      check: "egress-stated",
      part,
      says: `The document lets machines reach ${list(ports)} and nothing else. Without 443 they get no image, no secrets and no control plane, and without 53 no names: none would start.`,
      references: referencesTo(NEEDED_ENDPOINTS),
    };
    return ports.includes(HTTPS)
      ? [holds({ ...found, says: `The document lets machines reach ${list(ports)}, with 443 among them.` })]
      : [
          fails(
            found,
            "Add 443 to the registry, the control plane and AWS's services, and DNS; what is generated does.",
          ),
        ];
  });
}

/** Endpoints reach AWS's services. What calls the internet needs NAT beside them. */
function withoutNat(architecture: ResolvedArchitecture): Finding[] {
  const { network, services, billing } = architecture;
  const isCountedOn =
    billing.savings.includes("vpc-endpoints-for-nat") ||
    objectivesOf(architecture, "saving").some(({ by }) => by === "vpc-endpoints-for-nat");
  if (!isCountedOn) return [];
  const open = Object.entries(services)
    .filter(([, { egress: declared }]) => declared === "open")
    .map(([name]) => name);
  const found: Found = {
    check: "endpoints-for-nat",
    part: "network.endpoints",
    says:
      open.length > 0
        ? `${list(open)} may call anything on the internet. Endpoints reach AWS's services only, so that NAT stays, and its hours with it; endpoints spare what its gigabytes cost.`
        : `No service calls the internet: endpoints for ${list(called(architecture))} can take NAT's place.`,
    references: [
      {
        page: "https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html",
        asOf: "2025-05",
      },
    ],
  };
  if (open.length > 0)
    return [
      fails(
        found,
        'Count on less traffic through NAT, not on none; or end what calls the internet, by egress "declared".',
      ),
    ];
  return [network.nat === "none" ? holds(found) : holds(found)];
}
