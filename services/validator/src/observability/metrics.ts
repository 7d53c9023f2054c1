import { collectDefaultMetrics } from "prom-client";

import type { Backtests } from "../backtests/backtests.ts";
import type { Cache } from "../cache/cache.ts";
import type { Pools } from "../database/pools.ts";
import type { DecisionService } from "../decisions/service.ts";
import type { RuleWatcher } from "../rule-sets/watcher.ts";
import type { ScreeningSource } from "../screening/source.ts";
import type { RedisVelocity } from "../velocity/redis.ts";
import type { Instruments } from "./instruments.ts";
import { countIncomplete } from "./windows.ts";

export interface StateParts {
  pools: Pools;
  cache: Cache;
  watcher: RuleWatcher;
  decisions: DecisionService;
  source: ScreeningSource;
  velocity: RedisVelocity;
  backtests: Backtests;
}

/** What is so at the moment, read when somebody asks for the metrics. */
export function gaugeState(instruments: Instruments, parts: StateParts): void {
  const { gauge, total } = instruments;
  const { pools, cache, watcher, decisions, source, velocity, backtests } = parts;

  // Of several workers the one counts that is furthest behind.
  gauge(
    "validator_rule_set_version",
    "Version of the rule set that decides.",
    () => watcher.status.version,
    "min",
  );
  gauge(
    "validator_rules_behind",
    "1 while what decides may not be what was last published.",
    () => (watcher.status.problem === undefined ? 0 : 1),
    "max",
  );
  gauge(
    "validator_rules_age_seconds",
    "Since the rules were last known to be the newest.",
    () => {
      const { confirmedAt } = watcher.status;
      return confirmedAt === undefined ? undefined : (Date.now() - confirmedAt) / 1000;
    },
    "max",
  );
  total("validator_rules_loads_total", "Rules that were loaded.", () => watcher.status.loads);
  total("validator_rules_failures_total", "Rules that could not be loaded.", () => watcher.status.failures);

  const each = [
    ["writer", pools.writer],
    ["reader", pools.reader],
    ["lookup", pools.lookup],
    ["administration", pools.administration],
  ] as const;
  gauge("validator_database_connections", "Connections to the database.", () =>
    each.flatMap(([pool, { totalCount, idleCount }]) => [
      { labels: { pool, state: "idle" }, value: idleCount },
      { labels: { pool, state: "busy" }, value: totalCount - idleCount },
    ]),
  );
  gauge("validator_database_waiting", "Questions that wait for a connection.", () =>
    each.map(([pool, { waitingCount }]) => ({ labels: { pool }, value: waitingCount })),
  );

  gauge(
    "validator_queue_decisions",
    "Decisions that wait to be stored or are being stored.",
    () => decisions.status.waiting,
  );
  total(
    "validator_shadow_dropped_total",
    "Decisions of shadow versions that were not made or not stored.",
    () => decisions.status.shadowsDropped,
  );
  gauge(
    "validator_cache_ready",
    "1 while Redis answers.",
    () => (cache.state.status === "ready" ? 1 : 0),
    "min",
  );
  gauge(
    "validator_velocity_incomplete_windows",
    "Windows in which transactions may be missing yet.",
    () => countIncomplete(cache, velocity.layout),
    "max",
  );
  gauge("validator_backtests_running", "Backtests that run on this replica.", () => backtests.running);
  gauge(
    "validator_screening_names",
    "Names and aliases that are screened against.",
    () => source.size,
    "min",
  );
}

/** Memory, CPU, garbage collection and the delay of the event loop: measured from now on, for those who ask for it. */
export function measureProcess({ registry }: Instruments): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 20 });
}
