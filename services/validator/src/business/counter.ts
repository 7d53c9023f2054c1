import { setTimeout as delay } from "node:timers/promises";

import type { Pool } from "../database/session.ts";
import { countNext } from "./count.ts";
import { SLICE } from "./days.ts";

export interface Counter {
  start(): void;
  stop(): Promise<void>;
}

export interface CounterParts {
  readonly pool: Pool;
  readonly log: {
    warn(fields: object, message: string): void;
  };
  /** Milliseconds until the first look, and from then on between two; the usual ones unless told. */
  readonly first?: number;
  readonly poll?: number;
}

/** Milliseconds between two looks: a tenth of a slice. */
const POLL = SLICE / 10;
/** After the first look, which is soon after the start. */
const FIRST = 1000;

/** Counts decisions by and by, for as long as this replica runs. */
export function createCounter({ pool, log, first = FIRST, poll = POLL }: CounterParts): Counter {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  const stopping = new AbortController();
  const { signal } = stopping;
  let isTroubled = false;

  /** Between two slices it rests as long as one has taken: decisions have the rest of the database. */
  async function countAll(): Promise<void> {
    try {
      for (;;) {
        const began = performance.now();
        const { isMore, corrected } = await countNext(pool);
        if (corrected !== undefined)
          log.warn({ from: new Date(corrected) }, "decisions came in late, and were counted again");
        if (!isMore) break;
        await delay(performance.now() - began, undefined, { signal });
      }
      isTroubled = false;
    } catch (error) {
      if (signal.aborted) return;
      // The same trouble, again and again, is logged once.
      if (!isTroubled) log.warn({ err: error }, "decisions could not be counted; trying again");
      isTroubled = true;
    }
  }

  function look(): void {
    if (signal.aborted) return;
    running = countAll().finally(() => wait(poll));
  }

  /** Replicas that started together do not look together. */
  function wait(time: number): void {
    if (!signal.aborted) timer = setTimeout(look, time * (0.75 + 0.25 * Math.random())).unref();
  }

  return {
    start: () => wait(first),
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
