// Nobody who is locked keeps a case: it goes back to the queue. That is done as soon as they are locked, and looked after
// again and again, for between the two a replica may die, and cases may be kept elsewhere than people.
import type { Pool } from "../database/session.ts";
import { available } from "../database/transaction.ts";
import { findLocked } from "../people/person-repository.ts";
import { SYSTEM } from "./case.ts";
import type { Cases } from "./cases.ts";
import type { CaseStore } from "./store.ts";

/** Milliseconds between two looks. */
const POLL = 30_000;

export interface ReleaserParts {
  readonly pool: Pool;
  readonly store: Pick<CaseStore, "assignees">;
  readonly cases: Pick<Cases, "releaseAllOf">;
  readonly log: { warn(fields: object, message: string): void };
}

export interface Releaser {
  start(): void;
  stop(): Promise<void>;
}

/** Gives back the cases of all who are locked. */
export async function releaseLocked({
  pool,
  store,
  cases,
}: Pick<ReleaserParts, "pool" | "store" | "cases">): Promise<void> {
  const assignees = await store.assignees();
  const locked = await available(() => findLocked(pool, assignees));
  for (const person of locked) await cases.releaseAllOf(person, SYSTEM);
}

export function createReleaser(parts: ReleaserParts): Releaser {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isStopped = false;
  let isTroubled = false;

  async function look(): Promise<void> {
    try {
      await releaseLocked(parts);
      isTroubled = false;
    } catch (error) {
      // The same trouble, again and again, is logged once.
      if (!isTroubled && !isStopped)
        parts.log.warn({ err: error }, "cases of locked people could not be given back; trying again");
      isTroubled = true;
    }
  }

  function schedule(): void {
    // Replicas that started together do not look together.
    timer = setTimeout(
      () => {
        running = look().finally(() => isStopped || schedule());
      },
      POLL * (0.75 + 0.25 * Math.random()),
    );
  }

  return {
    start: schedule,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
