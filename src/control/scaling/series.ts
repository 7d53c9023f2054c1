/**
 * Data points of a metric, one for each period, as CloudWatch aggregates them with the statistic Average.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html#CloudWatchPeriods
 */
import type { Instant } from "../controller.ts";
import type { ScalingMetric } from "./metrics.ts";

export interface Series {
  readonly metric: ScalingMetric;
  readonly periodMs: number;
  /** How many points are kept. */
  readonly keep: number;
  /** When the period that is being filled ends. */
  readonly endsAt: Instant;
  /** Of the period that is being filled. */
  readonly sum: number;
  readonly count: number;
  /** The last to come is the newest; null where nothing was measured. */
  readonly points: readonly (number | null)[];
}

export type SeriesSettings = Pick<Series, "metric" | "periodMs" | "keep">;

export function emptySeries(settings: SeriesSettings, now: Instant): Series {
  return { ...settings, endsAt: now + settings.periodMs, sum: 0, count: 0, points: [] };
}

/** Closes the periods that are over. What nobody measured is a missing point. */
export function closePeriods(series: Series, now: Instant): Series {
  if (now < series.endsAt) return series;
  const { periodMs, keep, sum, count, endsAt } = series;
  const further = Math.floor((now - endsAt) / periodMs);
  const missing = Array.from({ length: Math.min(further, keep) }, () => null);
  const points = [...series.points, count === 0 ? null : sum / count, ...missing].slice(-keep);
  return { ...series, points, sum: 0, count: 0, endsAt: endsAt + (further + 1) * periodMs };
}

/** Adds what was measured now to the period that is being filled. */
export function addValue(series: Series, value: number | null): Series {
  return value === null ? series : { ...series, sum: series.sum + value, count: series.count + 1 };
}
