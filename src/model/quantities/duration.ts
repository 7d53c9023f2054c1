import { parseUnits, quantity } from "./quantity.ts";

/** A span of time, resolved: milliseconds. */
export type Milliseconds = number;

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A span of time as it is written: `"200ms"`, `"30s"`, `"15m"`, `"7d"`. */
export type DurationText = `${number}${"" | " "}${keyof typeof UNITS}`;

/** Milliseconds of a duration, or null if the text is not one. */
export function parseDuration(text: string): Milliseconds | null {
  return parseUnits(text, UNITS);
}

/** The shortest text that parses back to the same duration. */
export function formatDuration(duration: Milliseconds): DurationText {
  for (const unit of ["d", "h", "m", "s"] as const) {
    if (duration !== 0 && duration % UNITS[unit] === 0) return `${duration / UNITS[unit]}${unit}`;
  }
  return `${duration}ms`;
}

export const Duration = quantity<DurationText>(
  "duration",
  '"30s", "5m", "7d" (ms, s, m, h, d)',
  parseDuration,
);
