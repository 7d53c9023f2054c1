import { setTimeout as delay } from "node:timers/promises";

import type { StoredDecision } from "./row.ts";

export interface ClaimedKeys {
  /**
   * Waits for the decision that somebody else is making under `key`; undefined when `patience` milliseconds have
   * passed without it: whoever claimed the key has not lived to store one.
   */
  wait(key: string, patience: number): Promise<StoredDecision | undefined>;
}

type Answer = (stored: StoredDecision | undefined) => void;

/** Milliseconds between two looks: the first ones soon, as most decisions are stored within a few. */
const SHORTEST_PAUSE = 4;
const LONGEST_PAUSE = 64;

/** Looks for the decisions of all keys that are waited for in one query; there is no event that would tell. */
export function createClaimedKeys(
  find: (keys: readonly string[]) => Promise<ReadonlyMap<string, StoredDecision>>,
): ClaimedKeys {
  const waiting = new Map<string, Set<Answer>>();
  let polling = false;

  async function poll(): Promise<void> {
    polling = true;
    for (let pause = SHORTEST_PAUSE; waiting.size > 0; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
      // A store that is away has nothing yet.
      const found = await find([...waiting.keys()]).catch(() => new Map<string, StoredDecision>());
      for (const [key, stored] of found) {
        for (const answer of waiting.get(key) ?? []) answer(stored);
        pause = SHORTEST_PAUSE;
      }
      await delay(pause);
    }
    polling = false;
  }

  return {
    wait(key, patience) {
      return new Promise((resolve) => {
        const answers = waiting.get(key) ?? new Set();
        const answer: Answer = (stored) => {
          clearTimeout(timer);
          answers.delete(answer);
          if (answers.size === 0) waiting.delete(key);
          resolve(stored);
        };
        const timer = setTimeout(answer, patience, undefined);
        waiting.set(key, answers.add(answer));
        if (!polling) void poll();
      });
    },
  };
}
