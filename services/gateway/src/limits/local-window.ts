import { LRUCache } from "lru-cache";

import type { Admission, WindowSettings } from "./window.ts";

/** When each of the requests was admitted that count, the oldest first. */
interface Admitted {
  times: number[];
  /** Those before it have left the window. */
  first: number;
}

const MOST_CALLERS = 10_000;

/**
 * Counts requests in a window that slides: in no span of time as long as the window are more admitted than the limit.
 * A request that is not admitted does not count. Of this replica alone, for as long as the shared one is away.
 */
export class LocalWindow {
  readonly #settings: WindowSettings;
  readonly #now: () => number;
  readonly #callers = new LRUCache<string, Admitted>({ max: MOST_CALLERS });

  constructor(settings: WindowSettings, now: () => number = () => performance.now()) {
    this.#settings = settings;
    this.#now = now;
  }

  admit(caller: string): Admission {
    const { limit, span } = this.#settings;
    const now = this.#now();
    const admitted = this.#callers.get(caller) ?? { times: [], first: 0 };
    this.#callers.set(caller, admitted);
    const { times } = admitted;
    while (admitted.first < times.length && (times[admitted.first] as number) <= now - span) admitted.first++;
    // What has left is cut off when it is half of it, so that each request costs the same.
    if (admitted.first * 2 > times.length) {
      times.splice(0, admitted.first);
      admitted.first = 0;
    }
    const isAdmitted = times.length - admitted.first < limit;
    if (isAdmitted) times.push(now);
    const oldest = times[admitted.first] ?? now;
    return { isAdmitted, count: times.length - admitted.first, freeIn: oldest + span - now };
  }
}
