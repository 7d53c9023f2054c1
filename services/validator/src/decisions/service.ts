import type { FastifyBaseLogger } from "fastify";

import { startAnchors } from "../audit/anchors.ts";
import type { Config } from "../config.ts";
import type { Pools } from "../database/pools.ts";
import type { DecisionObserver } from "../observability/decisions.ts";
import type { Tracing } from "../observability/tracing.ts";
import type { RuleSnapshot } from "../rule-sets/snapshot.ts";
import type { Facts } from "../rules/facts.ts";
import type { Velocity } from "../velocity/velocity.ts";
import { createBatchWriter } from "../transactions/batch-writer.ts";
import { createClaimedKeys } from "./claims.ts";
import { createPastRuleSets } from "./past-rule-sets.ts";
import { createPipeline, type Pipeline } from "./pipeline.ts";
import { createDecisionReader, type DecisionReader } from "./reader.ts";
import type { FindRuleSet } from "./replay.ts";
import type { DecisionRow, StoredDecision } from "./row.ts";
import { createShadows } from "./shadows.ts";
import { storeShadowDecisions } from "./shadow-store.ts";
import { createDecisionWriter } from "./writer.ts";

export interface DecisionServiceParts {
  config: Config;
  pools: Pools;
  rules: () => RuleSnapshot | undefined;
  velocity: Velocity;
  screen: Facts["screen"];
  observer: DecisionObserver;
  /** Undefined where nothing is traced. */
  tracing: Tracing | undefined;
  /** Version of this service. */
  engine: string;
  log: FastifyBaseLogger;
  now: () => number;
}

export interface DecisionService {
  pipeline: Pipeline;
  reader: DecisionReader;
  findRuleSet: FindRuleSet;
  /** For metrics. */
  readonly status: { waiting: number; shadowsDropped: number };
  /** Resolves when everything that was taken on is stored or given up. */
  close(): Promise<void>;
}

/** Milliseconds between two anchors of the audit trail. */
const ANCHOR_INTERVAL = 1000;

/** Puts the parts together that decide, store and read decisions. */
export function createDecisionService(parts: DecisionServiceParts): DecisionService {
  const { config, pools, observer, tracing, engine, log } = parts;
  const { zone, replica } = config;
  const writer = createDecisionWriter(pools, { zone, replica, engine });

  async function write(rows: readonly DecisionRow[]): Promise<StoredDecision[]> {
    const span = tracing?.batch(
      "decisions.write",
      rows.flatMap(({ trace = [] }) => trace),
    );
    const began = performance.now();
    try {
      const stored = await writer.write(rows);
      observer.wrote(rows.length, performance.now() - began, true);
      span?.end({ rows: rows.length });
      return stored;
    } catch (error) {
      observer.wrote(rows.length, performance.now() - began, false);
      span?.failed();
      throw error;
    }
  }

  const batches = createBatchWriter<DecisionRow, StoredDecision>({
    write,
    maxRows: config.batchRows,
    maxInFlight: config.writerConnections,
    maxQueued: config.queueRows,
    onFailure: (error, rows) => log.warn({ err: error, rows }, "a batch was not stored; trying again"),
  });
  const shadows = createShadows({ store: (rows) => storeShadowDecisions(pools.administration, rows) });
  const anchors = startAnchors(pools.administration, { interval: ANCHOR_INTERVAL, log });
  const pipeline = createPipeline({
    policy: config.policy,
    rules: parts.rules,
    observe: parts.velocity.observe,
    screen: parts.screen,
    claimed: createClaimedKeys(writer.findByKeys),
    hasRoom: () => batches.size < config.queueRows,
    add: batches.add,
    shadows,
    observer,
    deadline: config.storeDeadline,
    now: parts.now,
  });

  return {
    pipeline,
    reader: createDecisionReader(pools),
    findRuleSet: createPastRuleSets(pools.administration),
    get status() {
      return { waiting: batches.size, shadowsDropped: shadows.dropped };
    },
    // After the last request was answered every batch has been flushed; idle() is for requests whose clients went away.
    async close() {
      await batches.idle();
      await shadows.idle();
      await anchors.stop();
    },
  };
}
