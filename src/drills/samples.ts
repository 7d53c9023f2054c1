/** One request of the probe, or one write. */
export interface Sample {
  /** Counts the requests to one target. */
  readonly sequence: number;
  /** Milliseconds since 1970, with fractions: of one clock for all processes of a drill. */
  readonly sentAt: number;
  /** When it was answered, or was given up. */
  readonly endedAt: number;
  /** Why it failed; null where it was acknowledged. */
  readonly error: string | null;
}

/** By `Sample`'s clock. */
export function clock(): number {
  return performance.timeOrigin + performance.now();
}
