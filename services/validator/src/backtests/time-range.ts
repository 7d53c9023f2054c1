import { Problem } from "../http/problems.ts";
import { parseDateTime } from "../transactions/checks/date-time.ts";
import { refusal } from "../transactions/reasons.ts";

/** Reads a time range that ends no later than `now`. Throws invalid_request where there is none. */
export function readTimeRange(given: { from: string; to: string }, now: number): { from: Date; to: Date } {
  const [from, to] = [readTime(given.from, "/from"), Math.min(readTime(given.to, "/to"), now)];
  if (from < to) return { from: new Date(from), to: new Date(to) };
  const message = "must be before the end, and before now";
  throw new Problem("invalid_request", [{ code: "range_empty", message, pointer: "/from" }]);
}

function readTime(text: string, pointer: string): number {
  const milliseconds = parseDateTime(text);
  if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
  throw new Problem("invalid_request", [refusal("date_time_invalid", pointer)]);
}
