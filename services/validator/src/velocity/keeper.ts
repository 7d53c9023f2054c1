import { setTimeout as delay } from "node:timers/promises";

import { CacheAway, type Cache, type CacheState } from "../cache/cache.ts";
import type { Connection, Pool } from "../database/session.ts";
import { readSince } from "./coverage.ts";
import { coverageKey, PREFIX, type Group, type Layout } from "./layout.ts";
import { takeLock } from "./lock.ts";
import { COVERAGE_TTL, rebuild } from "./rebuild.ts";
import { markBacklog, reconcilePage, STALENESS } from "./reconcile.ts";
import type { RedisVelocity } from "./redis.ts";

export interface KeeperOptions {
  cache: Cache;
  velocity: RedisVelocity;
  /** On the writer, for short transactions. */
  pool: Pool;
  /** Opens a connection to the writer that may take its time. */
  connect: () => Promise<Connection>;
  /** Milliseconds: see RebuildOptions. */
  settle: number;
  /** Milliseconds until a decision that is under way is stored, or is not. */
  storeDeadline: number;
  now: () => number;
  log: { info(fields: object, message: string): void; warn(fields: object, message: string): void };
  /** Milliseconds between two looks; 1000 unless given. */
  period?: number;
}

/** Keeps the windows in Redis equal to the decisions in the database. Every replica has one. */
export interface Keeper {
  start(): void;
  /** Resolves when nothing is under way any more. */
  stop(): Promise<void>;
}

const LOCK_KEY = `${PREFIX}rebuild`;
/** Milliseconds after which another replica goes on where one has died. */
const LEASE = 15_000;

export function createKeeper(options: KeeperOptions): Keeper {
  const { cache, velocity, pool, now, log, period = 1000 } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<void> | undefined;
  let rebuilding: Promise<void> | undefined;
  let unlisten: (() => void) | undefined;
  let awaySince = Infinity;
  let troubled = "";

  /** Back after a while: the decisions of that while are missing, and this is said before any figure is asked for. */
  function onState(state: CacheState): void {
    if (state.status === "away") {
      awaySince = Math.min(awaySince, performance.now());
      return;
    }
    const wasAway = performance.now() - awaySince;
    awaySince = Infinity;
    if (wasAway > STALENESS) markBacklog(cache, options.storeDeadline + 2 * period).catch(() => {});
  }

  /** A group that is not observed any more is not complete when it comes back. */
  function onDefined(before: Layout, after: Layout): void {
    const kept = new Set(after.groups.map(({ id }) => id));
    const gone = before.groups.filter(({ id }) => !kept.has(id)).map(coverageKey);
    // Where Redis is away, the keys expire.
    if (gone.length > 0) cache.call("DEL", ...gone).catch(() => {});
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      let busy = false;
      try {
        busy = cache.state.status === "ready" && (await look(cache.state.runId));
        if (rebuilding === undefined) troubled = "";
      } catch (error) {
        tell(error);
      }
      // While there is much to do, as much time again is left to decisions; else replicas do not come all at once.
      const pause = busy ? performance.now() - began : period * (0.5 + Math.random());
      await delay(pause, undefined, { signal }).catch(() => {});
    }
    await rebuilding;
  }

  /** The same trouble, again and again, is told once; that Redis is away is told by its connection. */
  function tell(error: unknown): void {
    const { message } = error as Error;
    if (signal.aborted || error instanceof CacheAway || message === troubled) return;
    log.warn({ err: error }, "windows are not kept up; trying again");
    troubled = message;
  }

  /** Returns whether there is more to do at once. */
  async function look(runId: string): Promise<boolean> {
    const { layout } = velocity;
    if (layout.groups.length === 0) return false;
    if ((await reconcilePage(pool, cache, velocity, now())) > 0) return true;
    const since = await readSinces(runId, layout);
    for (const [group, time] of since) {
      if (time !== Infinity) await cache.call("PEXPIRE", coverageKey(group), COVERAGE_TTL);
    }
    // Beside it, what is complete has to be kept up.
    if (rebuilding === undefined && incomplete(since).size > 0) {
      rebuilding = complete(runId, layout)
        .catch(tell)
        .finally(() => (rebuilding = undefined));
    }
    return false;
  }

  /** Since when each group is complete. */
  async function readSinces(runId: string, { groups }: Layout): Promise<Map<Group, number>> {
    const values = (await cache.call("MGET", ...groups.map(coverageKey))) as (string | null)[];
    return new Map(groups.map((group, index) => [group, readSince(values[index], runId)]));
  }

  function incomplete(since: ReadonlyMap<Group, number>): Map<Group, number> {
    const time = now();
    return new Map([...since].filter(([{ windows }, from]) => from > time - (windows.at(-1) as number)));
  }

  async function complete(runId: string, layout: Layout): Promise<void> {
    const lock = await takeLock(cache, LOCK_KEY, LEASE);
    if (lock === undefined) return;
    const began = performance.now();
    let client: Connection | undefined;
    try {
      // Whoever had the lock before may have done it.
      const missing = incomplete(await readSinces(runId, layout));
      if (missing.size === 0) return;
      client = await options.connect();
      const groups = [...missing.keys()].map(({ id }) => id);
      log.info({ groups }, "windows are being rebuilt from the database");
      const { settle } = options;
      const rows = await rebuild({ client, velocity, lock, runId, layout, missing, settle, now, signal });
      log.info({ groups, rows, milliseconds: Math.round(performance.now() - began) }, "windows are complete");
    } finally {
      await lock.release();
      client?.release();
    }
  }

  velocity.onDefined(onDefined);
  return {
    start() {
      unlisten = cache.onState(onState);
      running ??= run();
    },
    async stop() {
      unlisten?.();
      stopping.abort();
      await running;
    },
  };
}
