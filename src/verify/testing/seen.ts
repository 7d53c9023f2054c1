import type { DrillReport } from "#drills/report.ts";
import type { RoundFigures, TargetFigures } from "#drills/round.ts";
import type { Times } from "#load/times.ts";
import { type LoadSeen, type Measured, notMeasured, type StoreSeen } from "../measured.ts";

const SUBSTITUTE = {
  part: "stores.database",
  declared: "RDS PostgreSQL 16, db.t3.small, Multi-AZ",
  runs: "PostgreSQL 16 from npm",
  reason: "no RDS is here",
};

/** What a twin would have shown, some of it other than by default. */
export function seen(some: Partial<Measured>): Measured {
  return { ...notMeasured("it was not measured"), ...some };
}

/** A drill of rounds with these outages; null: service did not come back. */
export function drilledRounds(
  outages: readonly (number | null)[],
  target: Partial<TargetFigures> = {},
  round: Partial<RoundFigures> = {},
): DrillReport {
  const rounds = outages.map((outageMs): RoundFigures => ({
    way: "kill",
    what: "the primary is killed",
    isBroken: true,
    isWhole: true,
    at: "2026-11-21T12:00:00.000Z",
    detectionMs: 20,
    recoveryMs: 2_000,
    healedMs: null,
    targets: [
      {
        target: "load balancer",
        answeredBefore: 100,
        sentAfter: 100,
        failed: 4,
        errors: [],
        outageMs,
        longestGapMs: outageMs ?? 60_000,
        p95BeforeMs: 5,
        p95AfterMs: 9,
        ledger: null,
        ...target,
      },
    ],
    figures: {},
    lossWithinMs: null,
    left: [],
    ...round,
  }));
  const lost = rounds
    .flatMap(({ targets }) => targets)
    .reduce((sum, { ledger }) => sum + (ledger?.lost ?? 0), 0);
  return {
    schemaVersion: 1,
    drill: "database-failure",
    twin: "verify-small-production",
    architecture: "small",
    environment: "production",
    times: rounds.length,
    verdict: "holds",
    lost,
    unacknowledged: 0,
    failedRequests: 4 * rounds.length,
    outageMs: null,
    notRecovered: outages.filter((outage) => outage === null).length,
    detectionMs: null,
    recoveryMs: null,
    objective: null,
    objectives: [],
    profile: "local",
    substitutes: [SUBSTITUTE],
    interrupted: false,
    rounds,
  };
}

const TIMES: Times = { p50: 8, p90: 15, p95: 20, p99: 40, p999: 60, max: 80 };

/** A load of 100 requests a second for 20 s, all of which were answered. */
export function loadSeen(
  some: Partial<Omit<LoadSeen, "result">> = {},
  result: Partial<LoadSeen["result"]> = {},
): LoadSeen {
  return {
    url: "http://127.0.0.1:8080/",
    method: "GET",
    rate: 100,
    connections: 32,
    result: {
      asked: 2_000,
      succeeded: 2_000,
      failed: 0,
      acknowledged: new Uint8Array(),
      answered: { "200": 2_000 },
      elapsedSeconds: 20,
      latency: TIMES,
      service: TIMES,
      lag: TIMES,
      waited: 0,
      cpuShare: 0.05,
      ...result,
    },
    limits: [],
    utilisation: { cpu: 65, memory: 50 },
    profile: "local",
    substitutes: [SUBSTITUTE],
    ...some,
  };
}

export function storeSeen(some: Partial<StoreSeen> = {}): StoreSeen {
  return {
    times: { count: 500, average: 2, p50: 1, p95: 4, p99: 9, max: 12 },
    connections: null,
    perSecond: null,
    profile: "local",
    substitutes: [],
    ...some,
  };
}
