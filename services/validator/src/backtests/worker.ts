// The thread that runs one backtest; the runner starts it and hears how it ends.
import { parentPort, workerData } from "node:worker_threads";

import { openPool } from "../database/open.ts";
import type { Pool } from "../database/session.ts";
import type { ClaimedBacktest } from "./claims.ts";
import { BacktestFailure } from "./failure.ts";
import { runBacktest } from "./run.ts";

export interface WorkerTask {
  readonly job: ClaimedBacktest;
  readonly readerUrl: string;
  readonly writerUrl: string;
  readonly applicationName: string;
  readonly share: number;
  readonly windowEntries: number;
}

/** How a thread ends that could end by itself: the claim is still its own where it has failed. */
export type WorkerEnd =
  | { readonly end: "over" }
  | { readonly end: "failed"; readonly code: string; readonly message: string }
  | { readonly end: "broken"; readonly message: string };

/** Milliseconds: the count of a long time is one query. */
const QUERY_TIMEOUT = 300_000;
const WRITE_TIMEOUT = 10_000;

const { job, readerUrl, writerUrl, applicationName, share, windowEntries } = workerData as WorkerTask;

function open(url: string, timeout: number): Pool {
  return openPool({
    url,
    name: applicationName,
    connectTimeout: 2000,
    queryTimeout: timeout,
    // The claim is renewed beside a query that takes long.
    max: 2,
  });
}

const reader = open(readerUrl, QUERY_TIMEOUT);
const writer = open(writerUrl, WRITE_TIMEOUT);

async function run(): Promise<WorkerEnd> {
  try {
    await runBacktest(job, { reader, writer, share, windowEntries });
    return { end: "over" };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof BacktestFailure) return { end: "failed", code: error.code, message };
    return { end: "broken", message };
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is a thread's port, not a window
parentPort?.postMessage(await run());
await Promise.all([reader.end(), writer.end()]);
