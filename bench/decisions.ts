import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { measureCache } from "./decisions/cache.ts";
import { checkDurability } from "./decisions/durability.ts";
import type { Times } from "#load/times.ts";
import { comparePeers } from "./decisions/peers.ts";
import { findRate, holds, loadAt } from "./decisions/rates.ts";
import {
  printCache,
  printCosts,
  printDurability,
  printPeers,
  printRun,
  printSaturation,
} from "./decisions/report.ts";
import { saturate } from "./decisions/saturation.ts";
import { startTwin, type RunningTwin } from "./decisions/twin.ts";
import { warmUp } from "./decisions/warm-up.ts";

export interface DecisionOptions {
  /** Decisions a second that are aimed at. */
  readonly rate: number;
  /** For which the rate must hold. */
  readonly seconds: number;
  readonly json: boolean;
}

/** A second aim, of latency. */
const QUIET_RATE = 1000;
const SHORT_SECONDS = 5;

/**
 * The whole way of a decision, with everything on this machine: load generator, load balancer, two replicas with 20
 * rules, PostgreSQL with a synchronous standby, and Redis. Latency counts from the moment that a payment was due; every
 * acknowledged payment is looked for in both databases afterwards.
 */
export async function decisions({ rate, seconds, json }: DecisionOptions): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "plumbline-decisions-"));
  // PostgreSQL runs as somebody else where this runs as root.
  chmodSync(folder, 0o755);
  console.log(`starting the twin; everything shares ${availableParallelism()} processors`);
  const twin = startTwin(folder);
  try {
    const figures = await measure(twin, folder, { rate, seconds });
    if (json) console.log(JSON.stringify({ schemaVersion: 1, ...figures }));
  } finally {
    twin.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  twin: RunningTwin,
  folder: string,
  { rate, seconds }: Pick<DecisionOptions, "rate" | "seconds">,
) {
  await warmUp(twin, QUIET_RATE);
  const quiet = await loadAt(twin, QUIET_RATE, Math.min(seconds, 2 * SHORT_SECONDS));
  printRun(quiet, `${QUIET_RATE}/s`);
  const asked = await loadAt(twin, rate, seconds);
  printRun(asked, `${rate}/s`);
  const held = holds(asked, rate) ? { rate, run: asked } : await findRate(twin, { below: rate, seconds });
  if (held === null) console.log("no rate held: p99 was never below 50 ms");
  else if (held.run !== asked) printRun(held.run, `holds: ${held.rate}/s`);

  const saturation = await saturate(twin, SHORT_SECONDS, folder);
  printSaturation(saturation);
  printCosts({ [`${QUIET_RATE}/s`]: quiet, [`${rate}/s`]: asked, saturated: saturation.run });
  const durability = await checkDurability(twin, [quiet, asked, saturation.run]);
  printDurability(durability);
  const cache = await measureCache(twin.cacheUrl, SHORT_SECONDS);
  printCache(cache);
  const peers = await comparePeers(twin, SHORT_SECONDS);
  printPeers(peers);

  return {
    arrivalRate: rate,
    durableDecisionsPerSecond: asked.perSecond,
    ...inMs(asked.load.latency),
    answered: asked.load.answered,
    generatorCpuShare: asked.load.cpuShare,
    generatorLagP99Ms: asked.load.lag.p99,
    othersCpuShare: asked.share.others,
    microsecondsPerDecision: asked.cpu,
    quiet: { arrivalRate: QUIET_RATE, ...inMs(quiet.load.latency), microsecondsPerDecision: quiet.cpu },
    held: held && {
      arrivalRate: held.rate,
      durableDecisionsPerSecond: held.run.perSecond,
      ...inMs(held.run.load.latency),
    },
    saturated: {
      durableDecisionsPerSecond: saturation.decisions,
      insertsPerSecond: saturation.inserts,
      insertsBy: saturation.insertsBy,
      microsecondsPerDecision: saturation.run.cpu,
    },
    pgbenchRatio: saturation.ratio.median,
    durability,
    cache,
    peers,
  };
}

function inMs({ p50, p95, p99, max }: Times) {
  return { p50Ms: p50, p95Ms: p95, p99Ms: p99, maxMs: max };
}
