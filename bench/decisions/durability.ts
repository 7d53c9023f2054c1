import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import type { LoadRun } from "./run-load.ts";
import type { RunningTwin } from "./twin.ts";

export interface Durability {
  readonly acknowledged: number;
  /** Rows in the primary, and in the standby. */
  readonly stored: number;
  readonly replicated: number;
  /** Acknowledged, and missing in one of them. */
  readonly lost: number;
  /** Decisions in which a rule was a hit, or had no answer. */
  readonly withResults: number;
}

const CATCH_UP_MS = 30_000;

/** Looks for each acknowledged payment, by its message id, in the primary and in the standby. */
export async function checkDurability(twin: RunningTwin, runs: readonly LoadRun[]): Promise<Durability> {
  const [primary, standby] = [new pg.Client(twin.primaryUrl), new pg.Client(twin.standbyUrl)];
  await Promise.all([primary.connect(), standby.connect()]);
  const total = { acknowledged: 0, stored: 0, replicated: 0, lost: 0, withResults: 0 };
  try {
    await replayed(primary, standby);
    for (const { run, load } of runs) {
      const [stored, replicated] = [await rowsOf(primary, run), await rowsOf(standby, run)];
      total.stored += stored.numbers.size;
      total.withResults += stored.withResults;
      total.replicated += replicated.numbers.size;
      for (let number = 0; number < load.asked; number++) {
        if (((load.acknowledged[number >> 3] ?? 0) & (1 << (number & 7))) === 0) continue;
        total.acknowledged++;
        if (!stored.numbers.has(number) || !replicated.numbers.has(number)) total.lost++;
      }
    }
    return total;
  } finally {
    await Promise.all([primary.end(), standby.end()]);
  }
}

async function rowsOf(client: pg.Client, run: string) {
  const { rows } = await client.query<[id: string, hasResults: boolean]>({
    text: `select transaction->>'messageId', rule_results::text <> '[]'
           from decisions where transaction->>'messageId' like $1`,
    values: [`M-${run}-%`],
    rowMode: "array",
  });
  return {
    numbers: new Set(rows.map(([id]) => Number(id.slice(id.lastIndexOf("-") + 1)))),
    withResults: rows.filter(([, hasResults]) => hasResults).length,
  };
}

/** The standby has all on its disk when it is acknowledged; queries see it a moment later. */
async function replayed(primary: pg.Client, standby: pg.Client): Promise<void> {
  const { rows } = await primary.query<{ end: string }>(`select pg_current_wal_flush_lsn() as "end"`);
  const deadline = performance.now() + CATCH_UP_MS;
  const caughtUp = async () =>
    (
      await standby.query<{ there: boolean }>(`select pg_last_wal_replay_lsn() >= $1 as there`, [
        rows[0]!.end,
      ])
    ).rows[0]!.there;
  while (!(await caughtUp())) {
    if (performance.now() > deadline) throw new Error("the standby does not catch up");
    await delay(50);
  }
}
