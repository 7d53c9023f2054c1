/**
 * A CloudWatch alarm over the data points of one metric, with `missing` as the treatment of missing data.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export type AlarmState = "ok" | "alarm" | "insufficient-data";

export interface Alarm {
  /** `above` is GreaterThanThreshold, `below` LessThanThreshold. */
  readonly when: "above" | "below";
  readonly threshold: number;
  /** How many of the newest points are looked at (EvaluationPeriods, N). */
  readonly periods: number;
  /** How many of them have to breach (DatapointsToAlarm, M). */
  readonly datapoints: number;
}

/** Where points are missing, CloudWatch looks a little further back; its tables show two points more than N. */
export const FURTHER_BACK = 2;

/**
 * The alarm's state by the points alone. Missing points are passed over, as long as enough others lie within reach. Where
 * they do not, all that there are must breach, and the oldest must be M periods old: one new point alone is no alarm yet.
 */
export function alarmState(alarm: Alarm, points: readonly (number | null)[]): AlarmState {
  const { periods, datapoints } = alarm;
  const within = points.slice(-(periods + FURTHER_BACK));
  const present = within.filter((point) => point !== null).slice(-periods);
  if (present.length === 0) return "insufficient-data";
  const breaching = present.filter((point) => breaches(alarm, point)).length;
  if (breaching >= datapoints) return "alarm";
  if (breaching < present.length || present.length >= periods) return "ok";
  const age = within.length - within.findIndex((point) => point !== null);
  return age >= datapoints ? "alarm" : "insufficient-data";
}

export function breaches({ when, threshold }: Alarm, value: number): boolean {
  return when === "above" ? value > threshold : value < threshold;
}

/** The newest point that is there. */
export function latestPoint(points: readonly (number | null)[]): number | null {
  return points.findLast((point) => point !== null) ?? null;
}
