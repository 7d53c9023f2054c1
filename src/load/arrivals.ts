import type { Segment } from "./shape.ts";

/** When requests are due. All of it is settled before the first one is sent: no answer changes it. */
export type Arrivals =
  | {
      readonly kind: "rate";
      readonly segments: readonly Segment[];
      /** `poisson`: as of many clients that do not know of each other; `even`: one behind the other. */
      readonly spacing: "poisson" | "even";
      /** The same seed gives the same times. */
      readonly seed: number;
    }
  /** Milliseconds from the beginning, in ascending order. */
  | { readonly kind: "replay"; readonly offsets: readonly number[] };

/** @returns a function that gives the next time, in milliseconds from the beginning; infinite after the last one. */
export function arrivalTimes(arrivals: Arrivals): () => number {
  if (arrivals.kind === "replay") {
    let next = 0;
    return () => arrivals.offsets[next++] ?? Number.POSITIVE_INFINITY;
  }
  const random = mulberry32(arrivals.seed);
  // The n-th arrival is where the expected count reaches the sum of n gaps: one each, or exponential ones.
  const gap = arrivals.spacing === "even" ? () => 1 : () => -Math.log(1 - random());
  const timeOf = inverse(arrivals.segments);
  // Evenly spaced ones begin at once.
  let count = arrivals.spacing === "even" ? -1 : 0;
  return () => timeOf((count += gap()));
}

/** How many requests a shape comes to, on average. */
export function expectedCount(segments: readonly Segment[]): number {
  return segments.reduce((sum, { seconds, from, to }) => sum + (seconds * (from + to)) / 2, 0);
}

/** When, in milliseconds, a shape has come to a count. Counts are asked for in ascending order. */
function inverse(segments: readonly Segment[]): (count: number) => number {
  let [index, before, began] = [0, 0, 0];
  return (count) => {
    for (; index < segments.length; index++) {
      const segment = segments[index]!;
      const inSegment = (segment.seconds * (segment.from + segment.to)) / 2;
      if (count < before + inSegment) return (began + secondsUntil(segment, count - before)) * 1000;
      before += inSegment;
      began += segment.seconds;
    }
    return Number.POSITIVE_INFINITY;
  };
}

/** Solves `from * t + (to - from) / (2 * seconds) * t^2 = count`, in the form that also holds for a level segment. */
function secondsUntil({ seconds, from, to }: Segment, count: number): number {
  const slope = (to - from) / seconds;
  return (2 * count) / (from + Math.sqrt(from * from + 2 * slope * count));
}

/** 32 bits of state, and fast. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
