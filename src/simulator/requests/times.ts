import { normalQuantile } from "#aws/timings/distribution.ts";
import type { RandomStream } from "../kernel/random.ts";

/** How many different times a sampler has: fewer would cut the tail, and more would not stay in the processor's cache. */
const SIZE = 4096;

/**
 * Draws times with a mean and a variation (standard deviation over mean): constant for 0, exponential for 1, lognormal for
 * any other. Drawing is reading a table of quantiles, because a simulation draws millions of them.
 */
export class Times {
  readonly mean: number;
  /** Of what is drawn, which the table's end makes a little less than asked for. */
  readonly variance: number;
  readonly #table: Float64Array;

  constructor(mean: number, variation: number) {
    this.mean = mean;
    this.#table = scaledTo(mean, tableOf(variation));
    this.variance = this.#table.reduce((sum, time) => sum + (time - mean) ** 2, 0) / SIZE;
  }

  draw(random: RandomStream): number {
    return this.#table[(random.next() * SIZE) | 0] as number;
  }
}

const tables = new Map<number, Float64Array>();

/** Of mean 1, about. Making one takes longer than many a run, so they are kept. */
function tableOf(variation: number): Float64Array {
  let table = tables.get(variation);
  if (table === undefined) {
    const quantile = quantileOf(variation);
    table = Float64Array.from({ length: SIZE }, (_, index) => quantile((index + 0.5) / SIZE));
    tables.set(variation, table);
  }
  return table;
}

function quantileOf(variation: number): (share: number) => number {
  if (variation === 0) return () => 1;
  if (variation === 1) return (share) => -Math.log(1 - share);
  const sigma = Math.sqrt(Math.log(1 + variation ** 2));
  return (share) => Math.exp(sigma * normalQuantile(share) - sigma ** 2 / 2);
}

function scaledTo(mean: number, table: Float64Array): Float64Array {
  const factor = (mean * SIZE) / table.reduce((sum, time) => sum + time, 0);
  return table.map((time) => time * factor);
}
