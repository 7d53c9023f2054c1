import { createThrottle } from "../backtests/throttle.ts";
import type { Pool } from "../database/session.ts";
import type { Bucket } from "./bucket/bucket.ts";
import { finishUpload, renewClaim, saveRows, saveTotal, type ClaimedUpload } from "./claims.ts";
import type { RowDecider } from "./decide-row.ts";
import { readRows } from "./formats/read-rows.ts";
import { FileFault, type Row } from "./formats/row.ts";

export interface ValidateParts {
  readonly pool: Pool;
  readonly bucket: Bucket;
  readonly decider: RowDecider;
  /** Rows that are decided at the same time. */
  readonly concurrency: number;
  /** Share of the thread's time, with all else that it does, up to which this goes on. */
  readonly share: number;
}

/** Milliseconds between two renewals: several are in a lease. */
const RENEWAL_INTERVAL = 3000;

/** Somebody has cancelled the upload, or taken it over: what is found from now on counts for nothing. */
class ClaimLost extends Error {}

/**
 * Validates an upload from its last row on to its end, or until somebody cancels it or takes it over. The file is read
 * to its end before the first row is decided: one that turns out to be broken has decided nothing. Throws FileFault
 * where the file is at fault, and anything else where another attempt may succeed.
 */
export async function validateUpload(
  job: ClaimedUpload,
  parts: ValidateParts,
  signal: AbortSignal,
): Promise<void> {
  const lost = new AbortController();
  const both = AbortSignal.any([signal, lost.signal]);
  const renewing = setInterval(() => {
    renewClaim(parts.pool, job).then(
      (isOurs) => isOurs || lost.abort(new ClaimLost()),
      // The next one may succeed.
      () => {},
    );
  }, RENEWAL_INTERVAL);
  try {
    await validate(job, parts, both);
  } catch (error) {
    if (!lost.signal.aborted && !(error instanceof ClaimLost)) throw error;
  } finally {
    clearInterval(renewing);
  }
}

async function validate(job: ClaimedUpload, parts: ValidateParts, signal: AbortSignal): Promise<void> {
  const { pool, bucket, decider, concurrency, share } = parts;
  const throttle = createThrottle(share, signal);
  const read = async () => readRows(job.format, await bucket.get(job.id));

  if (job.total === null) {
    let total = 0;
    for await (const rows of await read()) {
      total += rows.length;
      signal.throwIfAborted();
      await throttle.rest();
    }
    if (total === 0) throw new FileFault("no_rows");
    requireOurs(await saveTotal(pool, job, total));
  }

  let { done } = job;
  for await (const slice of slicesAfter(done, await read(), concurrency)) {
    signal.throwIfAborted();
    const first = done + 1;
    const results = await Promise.all(slice.map((row, index) => decider.decide(job.id, first + index, row)));
    requireOurs(await saveRows(pool, job, done, results));
    done += slice.length;
    await throttle.rest();
  }
  await finishUpload(pool, job);
}

function requireOurs(isOurs: boolean): void {
  if (!isOurs) throw new ClaimLost();
}

/** The rows after the first `done` ones, `size` at a time. */
async function* slicesAfter(done: number, source: AsyncIterable<Row[]>, size: number): AsyncGenerator<Row[]> {
  let skip = done;
  let slice: Row[] = [];
  for await (const rows of source) {
    for (const row of rows.slice(skip)) {
      if (slice.push(row) < size) continue;
      yield slice;
      slice = [];
    }
    skip = Math.max(0, skip - rows.length);
  }
  if (slice.length > 0) yield slice;
}
