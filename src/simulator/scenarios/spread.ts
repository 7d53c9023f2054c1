import type { Spread } from "#model/evidence.ts";
import type { Durations } from "./result.ts";

/** @param values at least one. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] as number;
  const half = sorted.length / 2;
  const median = Number.isInteger(half) ? (at(half - 1) + at(half)) / 2 : at(Math.floor(half));
  return { min: at(0), median, max: at(sorted.length - 1) };
}

/** @param values Infinity for those that never came to an end. */
export function durationsOf(values: readonly number[]): Durations {
  const ended = values.filter((value) => value !== Infinity).toSorted((a, b) => a - b);
  const never = values.length - ended.length;
  if (ended.length === 0) return { min: Infinity, median: Infinity, max: Infinity, p95: Infinity, never };
  const p95 = ended[Math.ceil(0.95 * ended.length) - 1] as number;
  return { ...spreadOf(ended), p95, never };
}
