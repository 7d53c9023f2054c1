import { isRecord, placesAt } from "../data.ts";
import { formatPath, type Problem } from "../problems.ts";
import { formatDuration, parseDuration } from "../quantities/duration.ts";
import type { Check } from "./check.ts";

/** Objectives can be told apart, and their spans have a lower and an upper end. */
export const checkObjectives: Check = (architecture) => {
  const seen = new Set<unknown>();
  return placesAt(architecture, ["objectives", "*"]).flatMap(([path, objective]) => {
    if (!isRecord(objective)) return [];
    const problems: Problem[] = [];
    const id = objective["id"];
    if (typeof id === "string" && seen.has(id)) {
      const message = `another objective has the id "${id}"`;
      problems.push({
        code: "ID_REPEATED",
        path: formatPath([...path, "id"]),
        message,
        remedy: "Give each objective an id of its own.",
      });
    }
    seen.add(id);
    const [lower, upper] = bounds(objective);
    if (lower !== null && upper !== null && lower > upper) {
      const message = `the span begins at ${shown(objective, lower)} and ends at ${shown(objective, upper)}`;
      problems.push({
        code: "BOUNDS_REVERSED",
        path: formatPath(path),
        message,
        remedy: "Exchange the two ends.",
      });
    }
    return problems;
  });
};

type Span = [lower: number | null, upper: number | null];

function bounds(objective: Readonly<Record<string, unknown>>): Span {
  const { between, perMonth, atLeast, within } = objective;
  if (Array.isArray(between)) return [numeric(between[0]), numeric(between[1])];
  if (isRecord(perMonth)) return [numeric(perMonth["from"]), numeric(perMonth["to"])];
  if (typeof atLeast === "string" && typeof within === "string")
    return [parseDuration(atLeast), parseDuration(within)];
  return [null, null];
}

function numeric(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function shown(objective: Readonly<Record<string, unknown>>, value: number): string {
  return objective["within"] === undefined ? String(value) : formatDuration(value);
}
