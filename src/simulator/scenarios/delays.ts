import { type Distribution, quantile } from "#aws/timings/distribution.ts";
import { TIMINGS, type TimingId } from "#aws/timings/timings.ts";
import type { RandomStream } from "../kernel/random.ts";
import type { UsedTiming } from "./result.ts";

/** Draws how long AWS takes for something, and keeps which timings took part. */
export class Delays {
  readonly used = new Set<TimingId>();
  readonly #random: RandomStream;

  constructor(random: RandomStream) {
    this.#random = random;
  }

  draw(id: TimingId): number {
    this.used.add(id);
    return this.drawOf(TIMINGS[id].value);
  }

  drawOf(distribution: Distribution): number {
    return quantile(distribution, this.#random.next());
  }
}

/** Timings as a result lists them, in the order of their names. */
export function usedTimings(ids: Iterable<TimingId>): UsedTiming[] {
  return [...new Set(ids)].sort().map((id) => {
    const { value, says, basis, page, asOf } = TIMINGS[id];
    return { id, takes: inWords(value), says, basis, page, asOf };
  });
}

function inWords(distribution: Distribution): string {
  switch (distribution.kind) {
    case "constant":
      return seconds(distribution.ms);
    case "uniform":
      return `${seconds(distribution.from)} to ${seconds(distribution.to)}`;
    case "lognormal":
      return `mostly about ${seconds(distribution.median)}, one in a hundred more than ${seconds(distribution.p99)}`;
  }
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toPrecision(3))} s`;
}
