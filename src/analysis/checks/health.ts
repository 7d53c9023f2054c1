import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Finding } from "#model/evidence.ts";
import type { FaultName } from "#model/faults.ts";
import { TIMINGS } from "#aws/timings/timings.ts";
import { failoverOf, spanOf } from "../failover.ts";
import { type Check, fails, holds, referencesTo } from "../finding.ts";
import { caches, databases, dependentsOf, objectivesOf, type Web, webs } from "../parts.ts";
import { list, time } from "../words.ts";

const TARGET_HEALTH = {
  page: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html",
  asOf: "2025-05",
};

/** How long faults go unnoticed, and whether what is promised about them leaves time for that. */
export const health: Check = (architecture) => [
  ...webs(architecture).flatMap(([name, service]) => [
    ...(isRouted(architecture, name) ? [detection(architecture, name, service)] : []),
    ...probes(architecture, name, service),
  ]),
  ...lostNode(architecture),
  ...lostZone(architecture),
];

function isRouted({ entry }: ResolvedArchitecture, name: string): boolean {
  return entry.loadBalancer.routes.some(({ to }) => to === name);
}

/** The shortest time that is promised for recovery from one of some faults; null where nothing is. */
function promised(architecture: ResolvedArchitecture, faults: readonly FaultName[]): number | null {
  const times = objectivesOf(architecture, "recovery")
    .filter(({ from }) => faults.includes(from))
    .map(({ within }) => within);
  return times.length > 0 ? Math.min(...times) : null;
}

/** From a fault right after a good answer to the last bad one that counts. */
function detectionTime({ targetHealth: { interval, timeout, unhealthy } }: Web): number {
  return interval * unhealthy + timeout;
}

function detection(architecture: ResolvedArchitecture, name: string, service: Web): Finding {
  const { interval, timeout, unhealthy } = service.targetHealth;
  const limit = promised(architecture, ["replica-hang", "node-failure", "zone-failure"]);
  const figure = detectionTime(service);
  const share = service.replicas.min > 1 ? ` one request in ${service.replicas.min}` : " every request";
  const found = {
    check: "health-detection",
    part: `services.${name}.targetHealth`,
    figure,
    ...(limit === null ? {} : { limit }),
    unit: "milliseconds" as const,
    says: `A replica of ${name} that hangs is found after up to ${time(figure)}: ${unhealthy} checks, one every ${time(interval)}, and ${time(timeout)} for the last. Until then it gets${share}.${limit === null ? "" : ` Promised are ${time(limit)}.`}`,
    references: [TARGET_HEALTH],
  };
  if (limit === null || figure <= limit) return holds(found);
  const wanted = Math.max(5000, Math.floor((limit - 2000) / unhealthy / 1000) * 1000);
  return fails(found, `Check every ${time(wanted)}, with a shorter time-out.`, {
    [`services.${name}.targetHealth.interval`]: wanted,
    [`services.${name}.targetHealth.timeout`]: Math.min(timeout, 2000),
  });
}

/** On Kubernetes the kubelet restarts what fails its liveness probe; without one a hung process stays. */
function probes(architecture: ResolvedArchitecture, name: string, { probes: declared }: Web): Finding[] {
  if (architecture.compute.kind !== "eks") return [];
  const limit = promised(architecture, ["replica-hang", "replica-crash"]);
  const at = `services.${name}.probes`;
  const { liveness, startup } = declared;
  if (!liveness)
    return [
      fails(
        {
          check: "liveness",
          part: at,
          says: `${name} has no liveness probe: Kubernetes restarts a container that ends, and none that hangs.`,
        },
        `Add ${at}.liveness.`,
        { [`${at}.liveness`]: { path: "/healthz", interval: 10_000, timeout: 1000, failures: 3, delay: 0 } },
      ),
    ];
  const noticed = liveness.interval * liveness.failures + liveness.timeout;
  const restart = spanOf(TIMINGS["container-restart"]).to;
  const started = startup ? startup.interval : 0;
  const ready = declared.readiness?.interval ?? 0;
  const figure = noticed + restart + started + ready;
  const longest = 300_000;
  const found = {
    check: "liveness",
    part: `${at}.liveness`,
    figure,
    ...(limit === null ? {} : { limit }),
    unit: "milliseconds" as const,
    says: `A container of ${name} that hangs is restarted after ${time(noticed)} (${liveness.failures} probes, one every ${time(liveness.interval)}), and is ready some ${time(figure - noticed)} later at the earliest.${limit === null ? "" : ` Promised are ${time(limit)}.`} One that keeps ending waits up to ${time(longest)} between its starts.`,
    references: referencesTo(TIMINGS["container-restart"]),
  };
  return [
    limit === null || figure <= limit
      ? holds(found)
      : fails(found, `Probe more often: ${at}.liveness.interval "5s".`, {
          [`${at}.liveness.interval`]: 5000,
        }),
  ];
}

/** Pods of a node that is gone stay bound to it for minutes, whatever their probes say. */
function lostNode(architecture: ResolvedArchitecture): Finding[] {
  const { compute } = architecture;
  if (compute.kind !== "eks") return [];
  const limit = promised(architecture, ["replica-crash", "replica-hang", "node-failure", "zone-failure"]);
  const minor = Number(compute.version.split(".")[1]);
  const grace = TIMINGS[minor >= 32 ? "node-monitor-grace" : "node-monitor-grace-before-1.32"];
  const [silence, eviction] = [spanOf(grace).to, spanOf(TIMINGS["pod-eviction"]).to];
  const figure = silence + eviction;
  const found = {
    check: "node-loss",
    part: "compute.nodeGroups",
    figure,
    ...(limit === null ? {} : { limit }),
    unit: "milliseconds" as const,
    says: `Pods of a node that is gone, or of a zone, are replaced after ${time(figure)}: ${time(silence)} until the node counts as unhealthy, and ${time(eviction)} for which pods stay bound to it.${limit === null ? "" : ` Promised are ${time(limit)}; until then the replicas that are left do all of the work.`}`,
    references: referencesTo(grace, TIMINGS["pod-eviction"]),
  };
  if (limit === null || figure <= limit) return [holds(found)];
  return [
    fails(
      found,
      "Give the pods tolerations for not-ready and unreachable of a few seconds (tolerationSeconds), or promise replacement for crashes of containers only.",
    ),
  ];
}

/** A zone takes targets, the primary of a database and of a cache with it; the slowest of them decides. */
function lostZone(architecture: ResolvedArchitecture): Finding[] {
  const limit = promised(architecture, ["zone-failure"]);
  if (limit === null || architecture.network.zones < 2) return [];
  const targets = webs(architecture)
    .filter(([name]) => isRouted(architecture, name))
    .map(([name, service]) => ({
      what: `health checks of ${name}`,
      to: detectionTime(service),
      facts: [TARGET_HEALTH],
    }));
  const reconnect = TIMINGS["database-dns-ttl"];
  const stores = [...databases(architecture), ...caches(architecture)].flatMap(([name, store]) => {
    const timing = failoverOf(architecture, store);
    if (timing === null || dependentsOf(architecture, name).length === 0) return [];
    const to = spanOf(timing).to + spanOf(reconnect).to;
    return [{ what: `failover of ${name} and a new look-up of its name`, to, facts: [timing, reconnect] }];
  });
  const [removal, ttl] = [TIMINGS["load-balancer-node-removal"], TIMINGS["load-balancer-dns-ttl"]];
  const balancer = {
    what: "the load balancer's node there leaving DNS",
    to: spanOf(removal).to + spanOf(ttl).to,
    facts: [removal, ttl],
  };
  const parts = [...targets, balancer, ...stores].sort((one, other) => other.to - one.to);
  const [slowest] = parts;
  if (!slowest) return [];
  const found = {
    check: "zone-recovery",
    part: "network.zones",
    figure: slowest.to,
    limit,
    unit: "milliseconds" as const,
    says: `When a zone is gone, all go on at once: ${list(parts.map(({ what, to }) => `${what} (up to ${time(to)})`))}. The slowest takes ${time(slowest.to)}; promised are ${time(limit)}.`,
    references: referencesTo(...slowest.facts),
  };
  return [
    slowest.to <= limit
      ? holds(found)
      : fails(found, `Shorten ${slowest.what}, or promise ${time(slowest.to)}.`),
  ];
}
