import pg from "pg";
import { loadAt } from "./rates.ts";
import type { RunningTwin } from "./twin.ts";

const ROUND_SECONDS = 4;
const ROUNDS = 10;
/** Decisions a second, and for how long: what a replica runs in every decision is compiled after some 20,000. */
const COMPILING = { rate: 4000, seconds: 10 };

/**
 * Loads the twin until its programs are compiled and its windows are complete: a replica that has just begun tells that
 * they are away, and rules say so in each decision. What comes of it then is no measure of what follows.
 */
export async function warmUp(twin: RunningTwin, rate: number): Promise<void> {
  const client = new pg.Client(twin.primaryUrl);
  await client.connect();
  try {
    for (let round = 1; round <= ROUNDS; round++) {
      await loadAt(twin, rate, ROUND_SECONDS);
      if (round > 1 && (await areWindowsComplete(client))) break;
      if (round === ROUNDS)
        console.log("the windows are still not complete: what follows is measured without them");
    }
    await loadAt(twin, COMPILING.rate, COMPILING.seconds);
  } finally {
    await client.end();
  }
}

async function areWindowsComplete(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ away: boolean }>(
    `select rule_results::text like '%"data_away"%' as away from decisions order by id desc limit 100`,
  );
  return rows.length > 0 && rows.every(({ away }) => !away);
}
