import { Histogram } from "./histogram.ts";

/** Success has to be seen to last, as in a drill; and so long without an answer is a gap. */
const LASTING_MS = 1000;
const GAP_MS = 250;

/**
 * What became of requests: their latencies, and by the time at which they were sent how many failed. From the second
 * follows the outage, to the width of a bucket.
 */
export class Outcomes {
  latency = new Histogram();
  readonly bucketMs: number;
  #answered = 0;
  #failed = 0;
  #restartedAt = 0;
  /** The earliest end of one that was sent since then, and how many of its bucket had failed before. */
  #firstEnd = Infinity;
  #failedBefore = 0;
  /** By when they were sent: what failed, and the earliest end of what did not (Infinity for none). */
  #failures = new Float64Array(64);
  #firstEnds = new Float64Array(64).fill(Infinity);
  /** By when it ended: what was answered, and the sum of its latencies. */
  #answers = new Float64Array(64);
  #slowness = new Float64Array(64);

  constructor(bucketMs: number) {
    this.bucketMs = bucketMs;
  }

  get answered(): number {
    return this.#answered;
  }

  get failed(): number {
    return this.#failed;
  }

  succeed(sentAt: number, endedAt: number): void {
    const latency = endedAt - sentAt;
    this.latency.add(latency);
    this.count(sentAt, endedAt, 1, latency);
  }

  /** Counts answers, and leaves their latencies to whoever knows them. */
  count(sentAt: number, endedAt: number, times: number, latency: number): void {
    this.#answered += times;
    if (endedAt < this.#firstEnd && sentAt >= this.#restartedAt) this.#firstEnd = endedAt;
    const sent = (sentAt / this.bucketMs) | 0;
    const ended = (endedAt / this.bucketMs) | 0;
    if (ended >= this.#answers.length) this.#grow(ended);
    if (endedAt < (this.#firstEnds[sent] as number)) this.#firstEnds[sent] = endedAt;
    this.#answers[ended] = (this.#answers[ended] as number) + times;
    this.#slowness[ended] = (this.#slowness[ended] as number) + latency * times;
  }

  fail(sentAt: number, times = 1): void {
    const sent = (sentAt / this.bucketMs) | 0;
    if (sent >= this.#failures.length) this.#grow(sent);
    this.#failures[sent] = (this.#failures[sent] as number) + times;
    this.#failed += times;
  }

  /** Forgets how many there were and how long they took, as at a fault; when they failed stays known. */
  restart(now: number): void {
    this.latency = new Histogram();
    this.#answered = 0;
    this.#failed = 0;
    this.#restartedAt = now;
    this.#failedBefore = this.#failures[Math.floor(now / this.bucketMs)] ?? 0;
    this.#firstEnd = Infinity;
  }

  /** How many failed of those that were sent from a time on and before another one. */
  failedBetween(from: number, to: number): number {
    return sumOf(this.#failures, from / this.bucketMs, to / this.bucketMs);
  }

  /** The average latency of what ended between two times; NaN where nothing did. */
  slownessBetween(from: number, to: number): number {
    const [first, end] = [from / this.bucketMs, to / this.bucketMs];
    return sumOf(this.#slowness, first, end) / sumOf(this.#answers, first, end);
  }

  /**
   * From the fault, which is the last `restart`, to the end of the first success that was sent after it and that lasts:
   * none that was sent later fails, and there is no time without an answer. Infinity where there is none, or where it was
   * not seen to last.
   * @param until when the last requests were sent. @param perMs requests a millisecond: where they are rare, a time
   * without an answer is none of the fault's.
   * @param lastingMs how long it has to last: as drills count it, or to the end.
   */
  outage(until: number, perMs: number, lastingMs = Infinity): number {
    const { bucketMs } = this;
    const first = Math.floor(this.#restartedAt / bucketMs);
    const last = Math.min(Math.floor(until / bucketMs), this.#failures.length - 1);
    const gaps = this.#gapsBetween(first, last, Math.max(GAP_MS, 20 / perMs));
    let nextFailure = Infinity;
    let recoveredAt = Infinity;
    for (let bucket = last; bucket >= first; bucket -= 1) {
      // An average of many runs has parts of failures: less than a half of one is nobody's.
      const before = bucket === first ? this.#failedBefore : 0;
      if ((this.#failures[bucket] as number) - before >= 0.5) nextFailure = bucket * bucketMs;
      const end = bucket === first ? this.#firstEnd : (this.#firstEnds[bucket] as number);
      const lasts = end + Math.min(lastingMs, until);
      if (end + LASTING_MS > until || nextFailure <= lasts) continue;
      if (gaps.some((gap) => gap + bucketMs > end && gap < lasts)) continue;
      if (end < recoveredAt) recoveredAt = end;
    }
    return recoveredAt - this.#restartedAt;
  }

  /** When the last answer came before each time without one; ascending. */
  #gapsBetween(first: number, last: number, gapMs: number): number[] {
    const gaps: number[] = [];
    let answered = first;
    for (let bucket = first; bucket <= last; bucket += 1) {
      if ((this.#answers[bucket] as number) === 0) continue;
      if ((bucket - answered - 1) * this.bucketMs > gapMs) gaps.push(answered * this.bucketMs);
      answered = bucket;
    }
    return gaps;
  }

  #grow(index: number): void {
    const length = Math.max(index + 1, 2 * this.#failures.length);
    this.#failures = extended(this.#failures, length, 0);
    this.#firstEnds = extended(this.#firstEnds, length, Infinity);
    this.#answers = extended(this.#answers, length, 0);
    this.#slowness = extended(this.#slowness, length, 0);
  }
}

function extended(numbers: Float64Array, length: number, rest: number): Float64Array<ArrayBuffer> {
  const longer = new Float64Array(length).fill(rest, numbers.length);
  longer.set(numbers);
  return longer;
}

function sumOf(numbers: Float64Array, from: number, to: number): number {
  let sum = 0;
  const end = Math.min(numbers.length, Math.ceil(to));
  for (let index = Math.max(0, Math.floor(from)); index < end; index += 1) sum += numbers[index] as number;
  return sum;
}
