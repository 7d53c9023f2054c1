// Days and the slices that they are counted in. All of them are UTC: a day begins at midnight there.
import { parseDateTime } from "../transactions/checks/date-time.ts";

export const DAY = 86_400_000;
/** Milliseconds of what is counted at once: whole slices make a day. */
export const SLICE = 300_000;

/** Such as 2026-11-21. */
export type Day = string;

/** The day of a time in milliseconds since 1970. */
export function dayOf(time: number): Day {
  return new Date(time).toISOString().slice(0, 10);
}

/** Its first millisecond since 1970; undefined for what is no day from 1970 on. */
export function startOf(day: Day): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined;
  const start = parseDateTime(`${day}T00:00:00Z`);
  return start === undefined || start < 0 ? undefined : start;
}

/** All days from the first to the last one. */
export function daysFrom(first: number, last: number): Day[] {
  const days: Day[] = [];
  for (let start = first; start <= last; start += DAY) days.push(dayOf(start));
  return days;
}

/** The start of the slice that a time lies in. */
export function sliceOf(time: number): number {
  return Math.floor(time / SLICE) * SLICE;
}
