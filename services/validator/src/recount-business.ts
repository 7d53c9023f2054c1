// Counts days anew whose decisions came in later than anybody looked: `node services/validator/src/recount-business.ts --from 2026-11-01`.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";

import { countNext, SETTLE } from "./business/count.ts";
import { forgetFrom, readProgress } from "./business/count-repository.ts";
import { sliceOf, startOf } from "./business/days.ts";
import { ConfigError, readConfig } from "./config.ts";
import { openPool } from "./database/open.ts";
import type { Pool } from "./database/session.ts";
import { inTransaction } from "./database/transaction.ts";

const USAGE = `Usage: node services/validator/src/recount-business.ts --from 2026-11-01

  --from  the first UTC day that is counted anew, up to today

The figures of these days are incomplete until it is done. The database is that of DATABASE_URL.`;

class UsageError extends Error {}

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

async function main(): Promise<void> {
  const start = readFrom();
  if (start === undefined) return void process.stdout.write(`${USAGE}\n`);
  const { writerUrl } = readConfig(process.env);
  const pool = openPool({ url: writerUrl, name: "validator recount", max: 1, connectTimeout: 5000 });
  try {
    await inTransaction(pool, "write", (session) => forgetFrom(session, start));
    while (!(await isCounted(pool)));
    process.stdout.write("Counted anew; what is younger than two minutes follows.\n");
  } finally {
    await pool.end();
  }
}

try {
  await main();
} catch (error) {
  const { code, message, cause } = error as Error & { code?: string };
  const isUsage = error instanceof UsageError || code?.startsWith("ERR_PARSE_ARGS");
  const why = cause instanceof Error ? cause.message : message;
  if (isUsage) process.stderr.write(`${message}\n\n${USAGE}\n`);
  else if (error instanceof ConfigError) process.stderr.write(`${message}\n`);
  else process.stderr.write(`The days were not counted: ${why || code}. It can be tried again.\n`);
  process.exitCode = isUsage ? 2 : 1;
}
