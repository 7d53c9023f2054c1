// What people do with backtests: each act stored and recorded in one change.
import { randomUUIDv7 } from "node:crypto";

import { Problem } from "../http/problems.ts";
import type { MakeChange } from "../rule-sets/changes.ts";
import { requireRunnable } from "../rule-sets/checking.ts";
import { findVersion } from "../rule-sets/repository.ts";
import { cancelBacktest, countOpen, findBacktest, insertBacktest, type Backtest } from "./repository.ts";

/** Backtests that may wait or run, of all replicas. */
const MOST_OPEN = 20;

export interface BacktestActs {
  request(actor: string, wanted: Pick<Backtest, "version" | "from" | "to" | "sample">): Promise<Backtest>;
  /** One that was cancelled before is left as it is. */
  cancel(actor: string, id: string): Promise<Backtest>;
}

const subjectOf = (id: string) => `backtests/${id}`;

export function createBacktestActs(change: MakeChange): BacktestActs {
  return {
    request: (actor, { version, from, to, sample }) =>
      change(actor, async ({ client, at, record }) => {
        const stored = await findVersion(client, version);
        if (stored === undefined) throw new Problem("rule_set_not_found");
        await requireRunnable(client, stored);
        if ((await countOpen(client)) >= MOST_OPEN) throw new Problem("too_many_backtests");
        const { hash, document } = stored;
        const id = randomUUIDv7();
        const wanted = { version, hash, document, from, to, sample };
        const backtest = await insertBacktest(client, { id, ...wanted, requestedBy: actor, at });
        await record("backtest.requested", subjectOf(id), { version, hash, from, to, sample });
        return backtest;
      }),

    cancel: (actor, id) =>
      change(actor, async ({ client, record }) => {
        const cancelled = await cancelBacktest(client, id);
        if (cancelled !== undefined) {
          await record("backtest.cancelled", subjectOf(id), { done: cancelled.done });
          return cancelled;
        }
        const ended = await findBacktest(client, id);
        if (ended === undefined) throw new Problem("backtest_not_found");
        if (ended.state !== "cancelled") throw new Problem("backtest_ended");
        return ended;
      }),
  };
}
