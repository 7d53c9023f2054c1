import { setTimeout as delay } from "node:timers/promises";

import { readJson } from "../database/rows.ts";
import type { Connection } from "../database/session.ts";
import { coverageValue } from "./coverage.ts";
import { coverageKey, subLayout, type Group, type Layout } from "./layout.ts";
import type { Lock } from "./lock.ts";
import type { RedisVelocity } from "./redis.ts";
import { OBSERVED_COLUMNS, observationOfRow, type ObservedRow } from "./stored.ts";

/** Milliseconds that a coverage key lasts, unless somebody who observes the group sets it again. */
export const COVERAGE_TTL = 60_000;

export interface RebuildOptions {
  /** A connection to the writer of its own. */
  client: Connection;
  velocity: RedisVelocity;
  lock: Lock;
  /** The server that the windows are rebuilt in. */
  runId: string;
  layout: Layout;
  /** The groups of the layout that are not complete, with the time since when they are. */
  missing: ReadonlyMap<Group, number>;
  /**
   * Milliseconds until every replica observes the groups, and every decision that was made before that is committed:
   * what lies that far back is read once more at the end of it.
   */
  settle: number;
  now: () => number;
  signal: AbortSignal;
}

/** Rows that are read, and added to Redis, at a time. */
const PAGE = 1000;
/** Rows that one stretch of time should have, so that completeness grows in steps. */
const STRETCH_ROWS = 5000;
const FIRST_STRETCH = 10_000;

/**
 * Fills windows from the decisions in the database, from now backwards, while decisions go on: what is in twice counts
 * once. From the settling on it says after each stretch of time since when the groups are complete, so short windows
 * are back soon. Returns how many rows were added; rejects when the lock, Redis or the database is lost.
 */
export async function rebuild(options: RebuildOptions): Promise<number> {
  const { client, velocity, lock, runId, layout, missing, settle, now, signal } = options;
  const start = now();
  const settled = performance.now() + settle;
  const groups = [...missing.keys()];
  const begin = Math.min(...groups.map((group) => start - longest(group)));
  let rows = 0;
  let low = start;
  let span = FIRST_STRETCH;
  let published = false;

  async function publish(): Promise<void> {
    // What is not observed any more is not complete: it may be asked for again before the key expires.
    const observed = new Set(velocity.layout.groups.map(({ id }) => id));
    const pairs = [...missing].flatMap(([group, known]) => {
      if (!observed.has(group.id)) return [];
      // Of what is older than its windows nothing was added.
      const since = Math.max(low, start - longest(group));
      return [coverageKey(group), coverageValue(runId, Math.min(since, known))];
    });
    await lock.set(COVERAGE_TTL, ...pairs);
  }

  async function fill(from: number, to: number): Promise<number> {
    const reached = groups.filter((group) => to > start - longest(group));
    const parts = subLayout(layout, reached);
    return readRows(client, from, to, async (page) => {
      signal.throwIfAborted();
      const began = performance.now();
      await velocity.add(page.map(observationOfRow), parts);
      await lock.set(COVERAGE_TTL);
      // As much time again for decisions, which need the same database and the same Redis.
      await delay(performance.now() - began, undefined, { signal });
    });
  }

  async function settleIfDue(): Promise<void> {
    if (published || performance.now() < settled) return;
    rows += await fill(start - settle, start + settle);
    published = true;
  }

  while (low > begin) {
    const from = Math.max(begin, low - span);
    const found = await fill(from, low);
    rows += found;
    low = from;
    span = Math.round(span * Math.min(4, Math.max(0.25, STRETCH_ROWS / (found + 1))));
    await settleIfDue();
    if (published) await publish();
  }
  while (!published) {
    await delay(Math.min(1000, Math.max(1, settled - performance.now())), undefined, { signal });
    // Also keeps the lock.
    await lock.set(COVERAGE_TTL);
    await settleIfDue();
  }
  await publish();
  return rows;
}

/** Milliseconds that a replica's clock may be behind, and its windows begin earlier. */
const SKEW = 10_000;

function longest({ windows }: Group): number {
  return (windows.at(-1) as number) + SKEW;
}

/** Hands on the decisions received from `from` to before `to`, a page at a time, in no order. Returns their number. */
async function readRows(
  client: Connection,
  from: number,
  to: number,
  take: (page: ObservedRow[]) => Promise<void>,
): Promise<number> {
  let count = 0;
  await client.begin("consistent read");
  const text = `select ${OBSERVED_COLUMNS} from decisions where received_at >= $1 and received_at < $2`;
  for await (const rows of client.pages<ObservedRow>(text, [new Date(from), new Date(to)], PAGE)) {
    readJson(rows, ["transaction"]);
    await take(rows);
    count += rows.length;
  }
  await client.commit();
  return count;
}
