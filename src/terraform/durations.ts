const DAY_MS = 86_400_000;

/** What a log group takes. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
] as const;

/** Whole days, rounded up: nothing is kept for less than was asked for. */
export function days(ms: number): number {
  return Math.ceil(ms / DAY_MS);
}

/** Whole seconds, rounded up. */
export function seconds(ms: number): number {
  return Math.ceil(ms / 1000);
}

/** The shortest retention of a log group that keeps lines for as long as was asked for. */
export function logRetention(ms: number): number {
  const wanted = days(ms);
  return RETENTION_DAYS.find((offered) => offered >= wanted) ?? 3653;
}
