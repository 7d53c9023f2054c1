/**
 * How often times were seen. A bucket is as wide as 1/128 of the times in it, so that a percentile is off by less than
 * 0.8 %; the average and the largest are exact.
 */
export class Histogram {
  /** By the upper half of a number of 32 bits: sign, exponent, and seven bits of the fraction. */
  readonly #counts = new Float64Array(32_768);
  readonly #float = new Float32Array(1);
  readonly #bits = new Uint32Array(this.#float.buffer);
  #count = 0;
  #sum = 0;
  #max = 0;

  get count(): number {
    return this.#count;
  }

  get average(): number {
    return this.#sum / this.#count;
  }

  get max(): number {
    return this.#max;
  }

  /** @param times how often; a fraction where it stands for what is expected. */
  add(value: number, times = 1): void {
    this.#float[0] = value;
    const bucket = (this.#bits[0] as number) >>> 16;
    this.#counts[bucket] = (this.#counts[bucket] as number) + times;
    this.#count += times;
    this.#sum += value * times;
    if (value > this.#max) this.#max = value;
  }

  addAll(other: Histogram): void {
    this.addScaled(other, 1);
  }

  /** Adds what another one has, each so many times. */
  addScaled(other: Histogram, times: number): void {
    const counts = other.#counts;
    for (let bucket = 0; bucket < counts.length; bucket += 1)
      if (counts[bucket] !== 0)
        this.#counts[bucket] = (this.#counts[bucket] as number) + (counts[bucket] as number) * times;
    this.#count += other.#count * times;
    this.#sum += other.#sum * times;
    this.#max = Math.max(this.#max, other.#max);
  }

  /** What was seen since an earlier state of the same histogram; the largest is that of both. */
  without(earlier: Histogram): Histogram {
    const later = new Histogram();
    later.addScaled(this, 1);
    later.addScaled(earlier, -1);
    return later;
  }

  /** The value that a share of all do not exceed, as the middle of its bucket; NaN where nothing was seen. */
  percentile(share: number): number {
    let left = share * this.#count;
    if (this.#count === 0) return Number.NaN;
    for (let bucket = 0; bucket < this.#counts.length; bucket += 1) {
      left -= this.#counts[bucket] as number;
      if (left <= 0 && (this.#counts[bucket] as number) > 0) return Math.min(this.#max, this.#middle(bucket));
    }
    return this.#max;
  }

  #middle(bucket: number): number {
    this.#bits[0] = (bucket << 16) | 0x8000;
    return this.#float[0] as number;
  }
}
