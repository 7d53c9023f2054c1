import { build, type Histogram } from "hdr-histogram-js";

/** Milliseconds, at the percentiles that people ask for. */
export interface Times {
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Longer ones count as this long. */
const LONGEST_MS = 120_000;

/** Collects times, to a thousandth of each; takes no memory for more of them. */
export class TimeHistogram {
  readonly #histogram: Histogram = build({
    bitBucketSize: 32,
    numberOfSignificantValueDigits: 3,
    highestTrackableValue: LONGEST_MS * 1000,
  });

  record(milliseconds: number): void {
    this.#histogram.recordValue(Math.round(Math.min(LONGEST_MS, Math.max(0, milliseconds)) * 1000));
  }

  reset(): void {
    this.#histogram.reset();
  }

  /** All are 0 where there is nothing. */
  times(): Times {
    const at = (percentile: number) => this.#histogram.getValueAtPercentile(percentile) / 1000;
    return {
      p50: at(50),
      p90: at(90),
      p95: at(95),
      p99: at(99),
      p999: at(99.9),
      max: this.#histogram.maxValue / 1000,
    };
  }
}
