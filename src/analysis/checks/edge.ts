import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import { type Check, type Found, judged } from "../finding.ts";
import { webs } from "../parts.ts";
import { list, time } from "../words.ts";

/** Windows over which AWS WAF counts requests, in milliseconds. */
const RATE_WINDOWS = [60_000, 120_000, 300_000, 600_000];

/** Whether what stands before the services fits together: names and certificate, rules and their order, times. */
export const edge: Check = (architecture) => [
  ...certificate(architecture),
  ...routeOrder(architecture),
  ...cacheTimes(architecture),
  ...rateWindow(architecture),
  ...crossZone(architecture),
  ...floods(architecture),
  idle(architecture),
];

/** A wildcard stands for one label. */
function covers(name: string, domain: string): boolean {
  if (!name.startsWith("*.")) return name === domain;
  return domain.slice(domain.indexOf(".") + 1) === name.slice(2);
}

function certificate({ entry: { dns, certificate: declared } }: ResolvedArchitecture): Finding[] {
  if (!dns || !declared) return [];
  const names = [declared.domain, ...declared.alternativeNames];
  const isCovered = names.some((name) => covers(name, dns.domain));
  const found: Found = {
    check: "certificate-name",
    part: "entry.certificate.domain",
    says: `The certificate is for ${list(names)}; clients come to ${dns.domain}.${isCovered ? "" : " They refuse it."}`,
  };
  return [
    judged(isCovered, found, `Add ${dns.domain} to the certificate.`, {
      "entry.certificate.alternativeNames": [...declared.alternativeNames, dns.domain],
    }),
  ];
}

/** Rules are tried in order: what an earlier one takes never gets to a later one. */
function routeOrder({ entry: { loadBalancer } }: ResolvedArchitecture): Finding[] {
  return loadBalancer.routes.flatMap((route, index) => {
    const first = loadBalancer.routes
      .slice(0, index)
      .find(({ path, host }) => takes(path, route.path) && (host === undefined || host === route.host));
    const found: Found = {
      check: "route-order",
      part: `entry.loadBalancer.routes.${index}`,
      says: `Requests to ${route.path} meet the rule for ${first?.path ?? route.path} first: this one is never reached.`,
    };
    return first ? [judged(false, found, "Put the narrower rule first.")] : [];
  });
}

/** Only a pattern that ends in its one star is compared; two others may overlap in part. */
function takes(earlier: string, later: string): boolean {
  const isPrefix = earlier.endsWith("*") && !/[*?]/.test(earlier.slice(0, -1));
  return earlier === later || (isPrefix && later.startsWith(earlier.slice(0, -1)));
}

function cacheTimes({ entry: { cdn } }: ResolvedArchitecture): Finding[] {
  if (!cdn) return [];
  const found: Found = {
    check: "cdn-cache",
    part: "entry.cdn.cache",
    figure: cdn.cache.default,
    limit: cdn.cache.maximum,
    unit: "milliseconds",
    says: `The CDN keeps objects for ${time(cdn.cache.default)} where nothing else is said, and for ${time(cdn.cache.maximum)} at the most.`,
  };
  return [
    judged(cdn.cache.default <= cdn.cache.maximum, found, "Raise the maximum, or lower the default.", {
      "entry.cdn.cache.maximum": cdn.cache.default,
    }),
  ];
}

function rateWindow({ entry: { waf } }: ResolvedArchitecture): Finding[] {
  if (!waf?.rateLimit) return [];
  const { window } = waf.rateLimit;
  const part = "entry.waf.rateLimit.window";
  const found: Found = {
    check: "rate-window",
    part,
    figure: window,
    unit: "milliseconds",
    says: `The WAF counts requests over ${time(window)}; it can over ${list(RATE_WINDOWS.map(time))}.`,
    references: [
      {
        page: "https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html",
        asOf: "2025-05",
      },
    ],
  };
  return [judged(RATE_WINDOWS.includes(window), found, "Take 5 min.", { [part]: 300_000 })];
}

/** Without cross-zone balancing each zone gets the same share, however many replicas are in it. */
function crossZone(architecture: ResolvedArchitecture): Finding[] {
  const { network, entry } = architecture;
  const { crossZone: isOn, routes } = entry.loadBalancer;
  if (isOn || network.zones < 2) return [];
  return webs(architecture)
    .filter(([name]) => routes.some(({ to }) => to === name))
    .map(([name, { replicas }]) => {
      const isEven = replicas.min === replicas.max && replicas.min % network.zones === 0;
      const uneven = replicas.min + 1;
      const found: Found = {
        check: "cross-zone",
        part: "entry.loadBalancer.crossZone",
        says: `Each of ${network.zones} zones gets the same share of the requests.${isEven ? "" : ` With ${uneven} replicas of ${name} a zone has more of them than another, and those of the smaller zone do the more work.`}`,
      };
      return judged(isEven, found, "Turn entry.loadBalancer.crossZone on.", {
        "entry.loadBalancer.crossZone": true,
      });
    });
}

/** Shield Standard takes floods of packets; what sends whole requests is stopped by a rate, or by Shield Advanced. */
function floods({ entry: { waf, ddos }, sources }: ResolvedArchitecture): Finding[] {
  const claimed = sources["entry.ddos"];
  if (!claimed || ddos === "shield-advanced") return [];
  const found: Found = {
    check: "flood-protection",
    part: "entry.waf.rateLimit",
    says: waf?.rateLimit
      ? "Floods of packets are Shield Standard's, floods of requests meet the WAF's rate limit."
      : "Protection from DDoS is counted on. Shield Standard takes floods of packets; nothing stops floods of requests, because no rate limit is declared.",
    references: [
      { page: "https://docs.aws.amazon.com/waf/latest/developerguide/ddos-overview.html", asOf: "2025-05" },
    ],
  };
  const set = waf && { "entry.waf.rateLimit": { requests: 2000, window: 300_000 } };
  return [judged(waf?.rateLimit !== undefined, found, "Give the WAF a rate limit.", set)];
}

/** The load balancer ends a connection that is silent for as long, an answer that is being made with it. */
function idle({ entry: { loadBalancer } }: ResolvedArchitecture): Finding {
  const [least, most] = [5000, 4_000_000];
  const figure = loadBalancer.idleTimeout;
  const part = "entry.loadBalancer.idleTimeout";
  const found: Found = {
    check: "idle-timeout",
    part,
    figure,
    limit: figure < least ? least : most,
    unit: "milliseconds",
    says: `The load balancer ends a connection that is silent for ${time(figure)}.${figure < least ? " An answer that takes longer is cut off with 504." : figure > most ? ` AWS takes ${time(most)} at the most.` : ""}`,
    references: [
      {
        page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html",
        asOf: "2025-05",
      },
    ],
  };
  return judged(figure >= least && figure <= most, found, `Set ${part} to 60 s.`, { [part]: 60_000 });
}
