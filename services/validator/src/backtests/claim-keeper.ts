import { persist } from "../database/backoff.ts";
import { isFaultOfRows } from "../database/errors.ts";
import type { Pool } from "../database/session.ts";
import {
  finishBacktest,
  renewClaim,
  saveCheckpoint,
  type Checkpoint,
  type ClaimedBacktest,
} from "./claims.ts";
import { PATIENCE } from "./source.ts";

/** Milliseconds between two checkpoints. */
const CHECKPOINT_INTERVAL = 1000;
/** Milliseconds between two renewals: in a lease are several, and one who cancels waits for one at most. */
const RENEWAL_INTERVAL = 2000;

/** Somebody has cancelled the backtest, or taken it over: what is found from now on counts for nothing. */
class ClaimLost extends Error {}

/** Keeps a claim from its making until `stop`. What it writes throws once the claim is another one's. */
export interface ClaimKeeper {
  /** Aborted once the claim is lost. */
  readonly signal: AbortSignal;
  /** Stores how far it has come, unless it did so a moment ago. */
  checkpoint(make: () => Checkpoint): Promise<void>;
  finish(end: Omit<Checkpoint, "position">): Promise<void>;
  stop(): void;
}

/** The claim is renewed as long as the thread turns: one that hangs loses it. */
export function createClaimKeeper(job: ClaimedBacktest, pool: Pool): ClaimKeeper {
  const controller = new AbortController();
  const { signal } = controller;
  let last = performance.now();

  async function write(update: () => Promise<boolean>): Promise<void> {
    // Each update may be repeated: it writes the same again.
    const isOurs = await persist(update, { deadline: PATIENCE, isFinal: isFaultOfRows });
    if (!isOurs) controller.abort(new ClaimLost());
    signal.throwIfAborted();
  }

  const renewing = setInterval(() => {
    renewClaim(pool, job).then(
      (isOurs) => isOurs || controller.abort(new ClaimLost()),
      // The next one may succeed.
      () => {},
    );
  }, RENEWAL_INTERVAL);

  return {
    signal,
    async checkpoint(make) {
      signal.throwIfAborted();
      if (performance.now() - last < CHECKPOINT_INTERVAL) return;
      const checkpoint = make();
      await write(() => saveCheckpoint(pool, job, checkpoint));
      last = performance.now();
    },
    async finish(end) {
      clearInterval(renewing);
      await write(() => finishBacktest(pool, job, end));
    },
    stop: () => clearInterval(renewing),
  };
}
