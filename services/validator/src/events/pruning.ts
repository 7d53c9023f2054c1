import type { Pool } from "../database/session.ts";
import { inTransaction } from "../database/transaction.ts";
import { pruneLog } from "./log.ts";

/** Milliseconds between two looks for what is old, and between two parts of it. */
const INTERVAL = 600_000;
const PAUSE = 200;
/** Entries of one transaction. */
const PART = 1000;

/** Ends what is older than `kept` milliseconds, a part at a time, where this replica relays events. */
export function startPruning(options: {
  readonly pool: Pool;
  readonly kept: number;
  readonly isHolder: () => boolean;
  readonly log: { warn(fields: object, message: string): void };
}): { stop(): Promise<void> } {
  const { pool, kept, isHolder, log } = options;
  let timer: NodeJS.Timeout | undefined;
  let pruning: Promise<void> | undefined;
  let isStopped = false;

  async function prune(): Promise<void> {
    let pruned = 0;
    try {
      const before = new Date(Date.now() - kept);
      if (isHolder())
        pruned = await inTransaction(pool, "write", (session) => pruneLog(session, before, PART));
    } catch (error) {
      log.warn({ err: error }, "old events could not be deleted; trying again");
    }
    if (!isStopped) schedule(pruned >= PART ? PAUSE : INTERVAL);
  }

  function schedule(wait: number): void {
    timer = setTimeout(() => (pruning = prune()), wait).unref();
  }

  schedule(INTERVAL * Math.random());
  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await pruning;
    },
  };
}
