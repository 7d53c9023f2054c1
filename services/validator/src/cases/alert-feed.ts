// Alerts are raised of decisions that are committed, by reading them: who decides never waits for it, and what is
// committed gets its alert however many replicas die meanwhile.
import { setTimeout as delay } from "node:timers/promises";

import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { firstIdOf } from "../decisions/ids.ts";
import { saveProgress, takeProgress } from "./alert-repository.ts";
import { dueAt, type Severity } from "./sla.ts";
import type { AlertSink } from "./store.ts";

export interface AlertFeed {
  start(): void;
  stop(): Promise<void>;
}

export interface AlertFeedParts {
  readonly pool: Pool;
  readonly sink: AlertSink;
  readonly due: Readonly<Record<Severity, number>>;
  readonly log: { warn(fields: object, message: string): void };
}

/** Milliseconds between two looks. */
const POLL = 1000;
/** Decisions of one transaction: as long as it is open, events wait for it. */
const PAGE = 50;
/**
 * An id has the time of the replica that made it, and is committed seconds later: each look goes back that far. Where a
 * clock is off by more, the sweep finds what was passed over. Milliseconds.
 */
const LOOK_BACK = 30_000;
const SWEEP_BACK = 3_600_000;
const SWEEP_INTERVAL = 300_000;
/** Where nothing was found, how far it was looked is noted that seldom. */
const NOTE_INTERVAL = 10_000;
/** Raises the alerts of a page of decisions; how many. Each decision has one, whoever else does the same. */
export async function raiseAlerts({
  pool,
  sink,
  due,
}: Pick<AlertFeedParts, "pool" | "sink" | "due">): Promise<number> {
  return inTransaction(pool, "write", async (client) => {
    const progress = await takeProgress(client);
    if (progress === undefined) return 0;
    const { readTo, sweptAt, now } = progress;
    const sweeps = now.getTime() - sweptAt.getTime() >= SWEEP_INTERVAL;
    const from = readTo.getTime() - (sweeps ? SWEEP_BACK : LOOK_BACK);
    const found = await sink.findReviewable(client, firstIdOf(from), PAGE);
    for (const each of found) {
      await sink.raise(client, each, dueAt(each.decidedAt, each.outcome, due));
    }
    const last = found.at(-1);
    if (found.length === PAGE && last !== undefined) {
      // There may be more, all of them later than this one. A sweep is over with the page that is not full.
      await saveProgress(client, timeOf(last.id, readTo), sweptAt);
    } else if (sweeps || found.length > 0 || now.getTime() - readTo.getTime() >= NOTE_INTERVAL) {
      await saveProgress(client, now, sweeps ? now : sweptAt);
    }
    return found.length;
  });
}

/** The time in a UUIDv7 (RFC 9562, section 5.7), and no later than what was read before. */
function timeOf(id: string, readTo: Date): Date {
  const time = Number.parseInt(id.slice(0, 13).replace("-", ""), 16);
  return new Date(Math.max(time, readTo.getTime()));
}

export function createAlertFeed({ pool, sink, due, log }: AlertFeedParts): AlertFeed {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isTroubled = false;

  /** Between two pages it rests as long as one has taken: decisions have the rest of the database. */
  async function raiseAll(): Promise<void> {
    try {
      for (
        let began = performance.now();
        (await raiseAlerts({ pool, sink, due })) === PAGE;
        began = performance.now()
      )
        await delay(performance.now() - began, undefined, { signal });
      isTroubled = false;
    } catch (error) {
      if (signal.aborted) return;
      // The same trouble, again and again, is logged once.
      if (!isTroubled) log.warn({ err: error }, "alerts could not be raised; trying again");
      isTroubled = true;
    }
  }

  function look(): void {
    if (signal.aborted) return;
    running = raiseAll().finally(() => {
      // Replicas that started together do not look together.
      if (!signal.aborted) timer = setTimeout(look, POLL * (0.75 + 0.25 * Math.random()));
    });
  }

  return {
    start: look,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
