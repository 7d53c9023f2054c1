/** What the rate does over time. */
export const PROFILES = {
  steady: "the rate stays as it is",
  spike: "a third of the time the rate, a third four times that, and the rate again",
  diurnal: "a day in the time given: a quarter of the rate at night, the rate at the busiest hours",
  replay: "the times of a file: offsets in milliseconds, or an access log of the load balancer",
} as const;

export type ProfileName = keyof typeof PROFILES;

/** For a while the rate goes in a straight line from one value to another, both in requests a second. */
export interface Segment {
  readonly seconds: number;
  readonly from: number;
  readonly to: number;
}

/** How many times the rate a spike is. */
const SPIKE = 4;
/** Of the busiest hour, the shares of the hours of a day from midnight on: night, morning, noon, evening. */
const HOURS = [
  0.35, 0.3, 0.26, 0.25, 0.25, 0.28, 0.36, 0.5, 0.68, 0.84, 0.95, 1, 0.98, 0.93, 0.9, 0.9, 0.91, 0.93, 0.97,
  1, 0.94, 0.8, 0.62, 0.46,
];

/** @param rate requests a second. */
export function shapeOf(profile: Exclude<ProfileName, "replay">, rate: number, seconds: number): Segment[] {
  switch (profile) {
    case "steady":
      return [{ seconds, from: rate, to: rate }];
    case "spike":
      return [rate, SPIKE * rate, rate].map((each) => ({ seconds: seconds / 3, from: each, to: each }));
    case "diurnal":
      return HOURS.map((share, hour) => ({
        seconds: seconds / HOURS.length,
        from: share * rate,
        to: HOURS[(hour + 1) % HOURS.length]! * rate,
      }));
  }
}
