import type { Sample } from "./samples.ts";

/** Recovery means success that lasts: so long no request fails, and there is no gap. */
export const LASTING_MS = 1000;
/** When nobody has had an answer for so long, there is a gap: requests may wait in it without failing. */
export const GAP_MS = 250;

/** What a fault did to the requests of one target. */
export interface Outage {
  /** Acknowledged before the fault. */
  readonly answeredBefore: number;
  /** Sent within `LASTING_MS` of the fault. */
  readonly sentAfter: number;
  /** Under way at the fault or sent after it, and failed. */
  readonly failed: number;
  /** The most frequent reasons first. */
  readonly errors: readonly string[];
  /**
   * Milliseconds from the fault to the end of the first success that lasts; null where none did. A request counts as
   * such a success if it was sent after the fault, if none that was sent later than it, up to `LASTING_MS` after its end,
   * failed, and if in that time there was never a gap of `GAP_MS` without an answer. Where nothing is disturbed that is
   * the time until the next answer: no figure is smaller than that.
   */
  readonly outageMs: number | null;
  /** The longest time after the fault in which no request was acknowledged, in milliseconds. */
  readonly longestGapMs: number;
  /** Of what was acknowledged, from sending to answer, in milliseconds; null where there is none. */
  readonly p95BeforeMs: number | null;
  /** Likewise of what was sent while the fault was there. */
  readonly p95AfterMs: number | null;
}

/**
 * @param samples in any order. @param faultAt when the fault began, by the samples' clock.
 * @param healedAt when somebody ended it; `p95AfterMs` is of what was sent until then.
 */
export function measureOutage(samples: readonly Sample[], faultAt: number, healedAt = Infinity): Outage {
  const good = samples.filter(({ error }) => error === null);
  const before = good.filter(({ endedAt }) => endedAt <= faultAt);
  const after = good.filter(({ sentAt }) => sentAt >= faultAt).sort((a, b) => a.endedAt - b.endedAt);
  const failures = samples.filter(({ error, endedAt }) => error !== null && endedAt > faultAt);
  const recovered = firstLasting(after, failures);
  return {
    answeredBefore: before.length,
    sentAfter: samples.filter(({ sentAt }) => sentAt >= faultAt && sentAt <= faultAt + LASTING_MS).length,
    failed: failures.length,
    errors: byFrequency(failures.map(({ error }) => error as string)),
    outageMs: recovered === undefined ? null : recovered.endedAt - faultAt,
    longestGapMs: longestGap(samples, good, faultAt),
    p95BeforeMs: percentile(durations(before), 0.95),
    p95AfterMs: percentile(durations(after.filter(({ sentAt }) => sentAt <= healedAt)), 0.95),
  };
}

/** @param after successes in the order of their ends. */
function firstLasting(after: readonly Sample[], failures: readonly Sample[]): Sample | undefined {
  const failedAt = failures.map(({ sentAt }) => sentAt).sort((a, b) => a - b);
  const ends = after.map(({ endedAt }) => endedAt);
  // The ends of the successes behind which there is a gap. The last one has no other behind it: nobody saw whether it lasts.
  const gapsAt = ends.filter((end, index) => (ends[index + 1] ?? Infinity) - end > GAP_MS);
  return after.find(({ sentAt, endedAt }) => {
    const nextFailure = failedAt[firstFrom(failedAt, sentAt)] ?? Infinity;
    const nextGap = gapsAt[firstFrom(gapsAt, endedAt)] ?? Infinity;
    return nextFailure > endedAt + LASTING_MS && nextGap >= endedAt + LASTING_MS;
  });
}

/** Where the first of ascending values stands that is not below a bound. */
function firstFrom(values: readonly number[], bound: number): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle] as number) < bound) from = middle + 1;
    else to = middle;
  }
  return from;
}

function longestGap(all: readonly Sample[], good: readonly Sample[], faultAt: number): number {
  const last = all.reduce((latest, { endedAt }) => Math.max(latest, endedAt), faultAt);
  const ends = good.map(({ endedAt }) => endedAt).filter((at) => at > faultAt);
  const marks = [faultAt, ...ends.sort((a, b) => a - b), last];
  return marks.slice(1).reduce((longest, at, index) => Math.max(longest, at - (marks[index] as number)), 0);
}

function durations(samples: readonly Sample[]): number[] {
  return samples.map(({ sentAt, endedAt }) => endedAt - sentAt);
}

function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function byFrequency(texts: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a).map(([text, count]) => `${text} (${count})`);
}
