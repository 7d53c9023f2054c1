import type { Sample } from "./samples.ts";

/** What the probe was told, beside what is in the store afterwards. */
export interface Ledger {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged, and not there. */
  readonly lost: number;
  /** There, and never acknowledged: the client has to find that out, or repeat the write safely. */
  readonly unacknowledged: number;
  /**
   * By how much the newest acknowledged writes are missing: from the acknowledgement of the oldest one that is lost to the
   * fault, in milliseconds; 0 where none is lost. It is the recovery point that was reached.
   */
  readonly lossMs: number;
  /**
   * Lost though something is there that was sent after its acknowledgement, and before the fault: the state is of no one
   * point in time. What is written once the system has recovered is there in any case.
   */
  readonly gaps: number;
}

/** @param stored the numbers that are in the store. */
export function compareLedger(
  samples: readonly Sample[],
  stored: ReadonlySet<number>,
  faultAt: number,
): Ledger {
  const acknowledged = samples.filter(({ error }) => error === null);
  const lost = acknowledged.filter(({ sequence }) => !stored.has(sequence));
  const there = samples.filter(({ sequence, sentAt }) => stored.has(sequence) && sentAt < faultAt);
  const newestThere = there.reduce((newest, { sentAt }) => Math.max(newest, sentAt), -Infinity);
  const oldestLost = lost.reduce((oldest, { endedAt }) => Math.min(oldest, endedAt), Infinity);
  return {
    acknowledged: acknowledged.length,
    stored: stored.size,
    lost: lost.length,
    unacknowledged: stored.size - (acknowledged.length - lost.length),
    lossMs: Math.max(0, faultAt - oldestLost),
    gaps: lost.filter(({ endedAt }) => endedAt < newestThere).length,
  };
}
