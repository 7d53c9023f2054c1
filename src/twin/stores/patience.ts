/** How many times the usual is unusual. */
const FACTOR = 3;

/**
 * How long an answer may take before it counts as missing: three times what the answers before it let one expect, within
 * bounds. On a machine that is busy everything takes longer, and a node that answers as late as that has not failed.
 *
 * What to expect is TCP's retransmission timeout, the smoothed time and four times its variation. RFC 6298, 2.
 */
export class Patience {
  readonly #bounds: { readonly leastMs: number; readonly mostMs: number };
  #mean: number | undefined;
  #variation = 0;

  constructor(bounds: { readonly leastMs: number; readonly mostMs: number }) {
    this.#bounds = bounds;
  }

  /** An answer took so long. */
  heard(ms: number): void {
    if (this.#mean === undefined) {
      this.#mean = ms;
      this.#variation = ms / 2;
      return;
    }
    this.#variation += (Math.abs(this.#mean - ms) - this.#variation) / 4;
    this.#mean += (ms - this.#mean) / 8;
  }

  get ms(): number {
    const { leastMs, mostMs } = this.#bounds;
    const expected = (this.#mean ?? 0) + 4 * this.#variation;
    return Math.round(Math.min(mostMs, Math.max(leastMs, FACTOR * expected)));
  }
}
