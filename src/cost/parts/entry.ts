import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Costs, Line } from "../line.ts";
import { HOURS_A_MONTH } from "../month.ts";
import { CDN_OUT, graduated } from "../prices/tiers.ts";

/**
 * What one load balancer capacity unit carries; the busiest of them is billed. Connections that are open at once count as
 * well, 3,000 of them, which requests that are answered at once stay far below.
 * https://aws.amazon.com/elasticloadbalancing/pricing/
 */
const LCU = { connectionsPerSecond: 25, gbPerHour: 1, rulesPerSecond: 1000, freeRules: 10 } as const;
const REQUESTS_PER_CONNECTION = 10;
const KB_PER_REQUEST = 5;
/** An account's first ten million requests to CloudFront each month are free. https://aws.amazon.com/cloudfront/pricing/ */
const FREE_CDN_REQUESTS = 10e6;
const KB_TO_ORIGIN = 1;

/** What stands between the internet and the services. */
export function entryLines(costs: Costs): Line[] {
  return [
    ...loadBalancerLines(costs),
    ...cdnLines(costs),
    ...wafLines(costs),
    ...shieldLines(costs),
    ...dnsLines(costs),
  ];
}

function loadBalancerLines({ architecture, usage }: Costs): Line[] {
  const line = { component: "load-balancer", part: "entry.loadBalancer", hours: HOURS_A_MONTH } as const;
  const units = capacityUnits(architecture, usage.requests.value);
  return [
    { ...line, name: "Application Load Balancer", sku: "alb.hour", quantity: 1 },
    {
      ...line,
      name: "capacity units",
      sku: "alb.lcu",
      quantity: units,
      assumption: `${usage.requests.says} Each has ${KB_PER_REQUEST} kB there and back, ${REQUESTS_PER_CONNECTION} share a connection, and they come evenly.`,
    },
  ];
}

function capacityUnits({ entry }: ResolvedArchitecture, requests: number): number {
  const perSecond = requests / (HOURS_A_MONTH * 3600);
  const rules = Math.max(0, entry.loadBalancer.routes.length - LCU.freeRules);
  return Math.max(
    perSecond / REQUESTS_PER_CONNECTION / LCU.connectionsPerSecond,
    (perSecond * 3600 * KB_PER_REQUEST) / 1e6 / LCU.gbPerHour,
    (perSecond * rules) / LCU.rulesPerSecond,
  );
}

function cdnLines({ architecture, usage }: Costs): Line[] {
  if (!architecture.entry.cdn) return [];
  const line = { component: "cdn", part: "entry.cdn" } as const;
  const steps = graduated(usage.cdnTransfer.value, CDN_OUT);
  const out = steps.length > 0 ? steps : [{ sku: "cloudfront.out.first-10-tb", quantity: 0 }];
  const requests = usage.requests.value;
  return [
    ...out.map(({ sku, quantity }): Line => ({
      ...line,
      name: "data to viewers",
      sku,
      quantity,
      assumption: `${usage.cdnTransfer.says} Viewers are in North America and Europe; the account's first TB a month is free.`,
    })),
    {
      ...line,
      name: "HTTPS requests",
      sku: "cloudfront.https",
      quantity: Math.max(0, requests - FREE_CDN_REQUESTS) / 10_000,
      assumption: `${usage.requests.says} The account's first 10 million a month are free.`,
    },
    {
      ...line,
      name: "data to the origin",
      sku: "cloudfront.to-origin",
      quantity: (requests * KB_TO_ORIGIN) / 1e6,
      assumption: `${KB_TO_ORIGIN} kB of each request goes to the origin.`,
    },
  ];
}

/** Each rule group that AWS manages counts as one rule; two names of ours may mean the same group. */
function wafLines({ architecture, usage }: Costs): Line[] {
  const { waf, cdn } = architecture.entry;
  if (!waf) return [];
  const places = waf.protects.filter((place) => place === "load-balancer" || cdn !== undefined);
  const rules = ruleCount(waf) * places.length;
  const line = { component: "waf", part: "entry.waf" } as const;
  return [
    { ...line, name: "web ACLs", sku: "waf.acl", quantity: places.length },
    { ...line, name: "rules", sku: "waf.rule", quantity: rules },
    {
      ...line,
      name: "requests",
      sku: "waf.requests",
      quantity: (places.length * usage.requests.value) / 1e6,
      assumption: `${usage.requests.says} Each is inspected at ${places.map((place) => `the ${place === "cdn" ? "CDN" : "load balancer"}`).join(" and again at ")}.`,
    },
  ];
}

type Waf = NonNullable<ResolvedArchitecture["entry"]["waf"]>;

export function ruleCount({ managed, rateLimit, geo }: Waf): number {
  const groups = new Set(managed.map((each) => (each === "cross-site-scripting" ? "owasp-top-10" : each)));
  return groups.size + (rateLimit ? 1 : 0) + (geo ? 1 : 0);
}

function shieldLines({ architecture }: Costs): Line[] {
  if (architecture.entry.ddos !== "shield-advanced") return [];
  return [
    {
      component: "shield",
      name: "subscription",
      part: "entry.ddos",
      sku: "shield-advanced.subscription",
      quantity: 1,
      assumption: "It is bought for an organisation, for at least a year, and billed here as a whole.",
    },
  ];
}

/**
 * The zone of the architecture's names, which also proves that certificates may be issued. Queries for names that lead to a
 * load balancer or to CloudFront by an alias are free. https://aws.amazon.com/route53/pricing/
 */
function dnsLines({ architecture }: Costs): Line[] {
  const { dns, certificate } = architecture.entry;
  if (!dns && !certificate) return [];
  const checks = architecture.recovery.region?.switchOver === "health-checked-dns";
  return [
    { component: "dns", name: "hosted zone", part: "entry.dns", sku: "route53.zone", quantity: 1 },
    ...(checks
      ? [
          {
            component: "dns",
            name: "health check",
            part: "recovery.region",
            sku: "route53.health-check",
            quantity: 1,
          } as const,
        ]
      : []),
  ];
}
