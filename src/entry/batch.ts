/** Something that has collected bytes to write. */
export interface Flushable {
  /** Whether it stands in the batch already. */
  queued: boolean;
  flushNow(): void;
}

let batch: Flushable[] = [];
let spare: Flushable[] = [];

/**
 * Writes when all sockets that are readable now have been read. A write wakes the process on the other
 * side: between two reads it would take the processor, and every turn of the event loop would serve a
 * few connections where it can serve them all. Adds no waiting, for the check phase follows the poll phase.
 */
export function flushSoon(flushable: Flushable): void {
  if (flushable.queued) return;
  flushable.queued = true;
  if (batch.push(flushable) === 1) setImmediate(flushBatch);
}

function flushBatch(): void {
  const flushing = batch;
  batch = spare;
  for (const flushable of flushing) {
    flushable.queued = false;
    flushable.flushNow();
  }
  flushing.length = 0;
  spare = flushing;
}
