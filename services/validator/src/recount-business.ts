// Counts days anew whose decisions came in later than anybody looked: `node services/validator/src/recount-business.ts --from 2026-11-01`.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";

import { countNext, SETTLE } from "./business/count.ts";
import { forgetFrom, readProgress } from "./business/count-repository.ts";
import { sliceOf, startOf } from "./business/days.ts";
import { runCommand, UsageError } from "./command.ts";
import type { Pool } from "./database/session.ts";
import { inTransaction } from "./database/transaction.ts";

const USAGE = `Usage: node services/validator/src/recount-business.ts --from 2026-11-01

  --from  the first UTC day that is counted anew, up to today

The figures of these days are incomplete until it is done. The database is that of DATABASE_URL.`;

function readFrom(): number | undefined {
  const { values } = parseArgs({ options: { from: { type: "string" }, help: { type: "boolean" } } });
  if (values.help) return undefined;
  const start = startOf(values.from ?? "");
  if (start === undefined) throw new UsageError("--from takes a day such as 2026-11-01.");
  return start;
}

/** A step further; whether all that has settled is counted. A replica that runs counts as well, one at a time. */
async function isCounted(pool: Pool): Promise<boolean> {
  if ((await countNext(pool)).isMore) return false;
  const { counted, now } = (await readProgress(pool)) ?? { counted: Infinity, now: 0 };
  if (counted >= sliceOf(now - SETTLE)) return true;
  await delay(100);
  return false;
}

await runCommand({
  name: "recount-business",
  usage: USAGE,
  failed: "The days were not counted, and it can be tried again",
  read: readFrom,
  async run(pool, start) {
    await inTransaction(pool, "write", (session) => forgetFrom(session, start));
    while (!(await isCounted(pool)));
    process.stdout.write("Counted anew; what is younger than two minutes follows.\n");
  },
});
