import * as z from "zod";
import { show } from "../data.ts";

/**
 * A quantity as people write it: `"30s"`, `"512MiB"`. In an architecture it is text of the given shape,
 * checked by type; resolved, it is a number in the unit that its parser returns.
 */
export function quantity<Text extends string>(
  kind: string,
  example: string,
  parse: (text: string) => number | null,
) {
  return z
    .custom<Text>((value) => typeof value === "string" && parse(value) !== null, {
      error: (issue) => `${show(issue.input)} is not a ${kind}: write it like ${example}`,
      params: { code: "QUANTITY_UNREADABLE" },
    })
    .transform((text) => parse(text) as number);
}

/** Reads `<number><unit>`, with at most one space between them; null for anything else. */
export function parseUnits(text: string, units: Readonly<Record<string, number>>): number | null {
  const match = /^(0|[1-9]\d*)(\.\d+)? ?([A-Za-z/]+)$/.exec(text);
  if (!match) return null;
  const [, whole, fraction = "", unit = ""] = match;
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (factor === undefined) return null;
  const value = Number(whole + fraction) * factor;
  return Number.isSafeInteger(Math.trunc(value)) ? value : null;
}
