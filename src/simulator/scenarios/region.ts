import type { Distribution } from "#aws/timings/distribution.ts";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import { streamOf } from "../kernel/random.ts";
import { Delays, usedTimings } from "./delays.ts";
import { criticalPath, REBUILD_ASSUMPTIONS, type Ready, rebuildParts } from "./rebuild.ts";
import type { ScenarioResult, ScenarioStep, SimulateOptions } from "./result.ts";
import { promisedRate, USUAL_RATE } from "./service-times.ts";
import { durationsOf, spreadOf } from "./spread.ts";

/** Until people are called, understand what is lost, and decide to give the region up. Nobody documents that of anybody. */
const DECISION: Distribution = { kind: "uniform", from: 5 * 60_000, to: 20 * 60_000 };

type Strategy = NonNullable<ResolvedArchitecture["recovery"]["region"]>["strategy"] | "none";

/** What stands ready in the second region, as AWS means the names. */
const READY: Readonly<Record<Strategy, Ready>> = {
  none: { core: false, data: "restored", onlyCopies: true, services: false },
  "backup-and-restore": { core: false, data: "restored", onlyCopies: true, services: false },
  "pilot-light": { core: true, data: "restored", onlyCopies: true, services: false },
  "warm-standby": { core: true, data: "replica", onlyCopies: true, services: true },
  "active-active": { core: true, data: "replica", onlyCopies: true, services: true },
};

/** Everything in the region is gone: nothing is answered until the other region, or the same one made anew, serves. */
export function simulateRegion(
  architecture: ResolvedArchitecture,
  scenario: "region-failure" | "disaster",
  { runs, seed, rate = promisedRate(architecture) ?? USUAL_RATE }: SimulateOptions,
): ScenarioResult {
  const delays = new Delays(streamOf(seed, scenario));
  const all = Array.from({ length: runs }, () => oneRun(architecture, delays));
  const totals = all.map(({ totalMs }) => totalMs);
  const sorted = all.toSorted((a, b) => a.totalMs - b.totalMs);
  const failed = totals.map((ms) => Math.round((rate * ms) / 1000));
  return {
    architecture: architecture.name,
    environment: architecture.environment,
    scenario,
    profile: "aws",
    runs,
    seed,
    rate,
    mode: "aggregate",
    requests: failed.reduce((sum, count) => sum + count, 0),
    failed: spreadOf(failed),
    latencyMs: null,
    recoveryMs: durationsOf(totals),
    outageMs: durationsOf(totals),
    lossMs: durationsOf(all.map(({ lossMs }) => lossMs)),
    usage: {},
    resourceHours: {},
    steps: sorted[Math.floor(runs / 2)]?.steps ?? [],
    timings: usedTimings(delays.used),
    assumptions: assumptions(architecture),
  };
}

interface Run {
  readonly totalMs: number;
  readonly lossMs: number;
  readonly steps: readonly ScenarioStep[];
}

function oneRun(architecture: ResolvedArchitecture, delays: Delays): Run {
  const { recovery, entry, stores } = architecture;
  const steps: ScenarioStep[] = [];
  let at = 0;
  const pass = (ms: number, says: string, timing: ScenarioStep["timing"]): void => {
    steps.push({ says, fromMs: at, toMs: at + ms, timing });
    at += ms;
  };
  const { strategy = "none", switchOver = "manual-dns" } = recovery.region ?? {};
  // A standby that runs needs nobody's decision where DNS sees for itself that the region is gone.
  const isDecided = switchOver === "manual-dns" || !READY[strategy].services;
  if (isDecided) pass(delays.drawOf(DECISION), "people notice and decide to give the region up", null);
  else pass(delays.draw("route53-health-check"), "Route 53's health check fails", "route53-health-check");
  const rebuilt =
    strategy === "active-active" && !isDecided
      ? null
      : criticalPath(rebuildParts(architecture, READY[strategy]), delays);
  for (const { says, fromMs, toMs, timing } of rebuilt?.steps ?? []) pass(toMs - fromMs, says, timing);
  if (isDecided)
    pass(delays.draw("route53-propagation"), "the domain's record is changed", "route53-propagation");
  pass(entry.dns?.ttl ?? 60_000, "resolvers forget the old record", null);
  const losses = Object.entries(stores).map(([, store]) => lossOf(store, strategy, delays));
  return { totalMs: at, lossMs: Math.max(0, ...losses), steps };
}

/** How old the newest of a store's writes is that is in another region; 0 for what holds nothing of its own. */
function lossOf(store: ResolvedStore, strategy: Strategy, delays: Delays): number {
  if (store.kind === "bucket" || store.kind === "redis") return 0;
  if (READY[strategy].data === "replica") return delays.draw("cross-region-replica-lag");
  const { backup } = store;
  if (backup.copyTo === undefined || store.hosting === "pods") return Infinity;
  // AWS Backup copies what it has just backed up; the logs of changes stay in their region.
  return delays.draw("snapshot-copy") + delays.drawOf({ kind: "uniform", from: 0, to: backup.every });
}

function assumptions({ recovery, stores }: ResolvedArchitecture): string[] {
  const { strategy = "none", name } = recovery.region ?? {};
  const lost = Object.entries(stores).flatMap(([store, definition]) =>
    definition.kind !== "bucket" &&
    definition.kind !== "redis" &&
    READY[strategy].data !== "replica" &&
    definition.backup.copyTo === undefined
      ? [store]
      : [],
  );
  const ready = {
    none: "No second region is declared: everything is made anew from code, and from backups that are in another region.",
    "backup-and-restore": `In ${name} there are backups only.`,
    "pilot-light": `In ${name} network, load balancer and cluster stand ready, without nodes; databases are restored from copied backups, because no replica of them is declared, and services are started.`,
    "warm-standby": `In ${name} everything runs, smaller, with a replica of each database.`,
    "active-active": `In ${name} everything runs and serves, with a replica of each database.`,
  }[strategy];
  return [
    ready,
    "People take 5 to 20 minutes until they have decided, where DNS does not switch over by itself.",
    "Caches and buckets count for nothing in what is lost.",
    ...(lost.length > 0
      ? [`Nothing of ${lost.join(", ")} is in another region: all of it is lost, and made anew without data.`]
      : []),
    ...(READY[strategy].core ? [] : REBUILD_ASSUMPTIONS),
  ];
}
