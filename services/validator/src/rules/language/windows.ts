import { hash } from "node:crypto";

import type { AggregateDefinition } from "../../velocity/aggregate.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const LONGEST = 30 * 86_400_000;

/** Milliseconds of a window such as `90s`, `15m`, `1h` or `7d`; undefined where it is none or longer than 30 days. */
export function readWindow(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^([1-9]\d{0,6})([smhd])$/.exec(text) ?? [];
  const window = Number(digits) * (UNITS[unit] ?? Number.NaN);
  return window <= LONGEST ? window : undefined;
}

/** A definition with its id: the beginning of the SHA-256 of all the rest, so `1h` and `60m` are one. */
export function defineAggregate(rest: Omit<AggregateDefinition, "id">): AggregateDefinition {
  const { function: name, window, key, of } = rest;
  const id = hash("sha256", JSON.stringify([name, window, key, of])).slice(0, 16);
  return { id, function: name, window, key, of };
}
