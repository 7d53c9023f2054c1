import { parseDateTime } from "../../transactions/checks/date-time.ts";
import { one } from "./arithmetic.ts";
import type { Arguments } from "./compilation.ts";
import { constant, type TypedNode } from "./node.ts";

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a CEL duration in whole milliseconds, such as `90s`, `1h30m` or `250ms`. */
export function readDuration(text: string): number | undefined {
  if (!/^-?(?:\d{1,9}(?:ms|s|m|h))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, digits, unit = ""] of text.matchAll(/(\d+)(ms|s|m|h)/g))
    total += Number(digits) * (UNITS[unit] ?? 0);
  return text.startsWith("-") ? -total : total;
}

/** `timestamp("2026-02-01T12:00:00Z")` or `duration("1h30m")`, of a literal. */
export function timeLiteral(
  type: "timestamp" | "duration",
  { call, args: [argument], compilation }: Arguments,
): TypedNode<"timestamp"> | TypedNode<"duration"> | undefined {
  if (argument === undefined) return undefined;
  const text = argument.type === "string" ? argument.constant : undefined;
  const read = type === "timestamp" ? parseDateTime : readDuration;
  const value = text === undefined ? undefined : read(text);
  if (value === undefined) return compilation.refuse("time_invalid", call);
  return type === "timestamp" ? constant("timestamp", value) : constant("duration", value);
}

/** What a timestamp's methods give, from a date whose UTC fields are the local ones. */
const PARTS: Readonly<Record<string, (local: Date) => number>> = {
  getFullYear: (local) => local.getUTCFullYear(),
  getMonth: (local) => local.getUTCMonth(),
  getDate: (local) => local.getUTCDate(),
  getDayOfWeek: (local) => local.getUTCDay(),
  getHours: (local) => local.getUTCHours(),
  getMinutes: (local) => local.getUTCMinutes(),
};

export const TIMESTAMP_METHODS: readonly string[] = Object.keys(PARTS);

/** `receivedAt.getHours()` in UTC, `receivedAt.getHours("Europe/Berlin")` in a time zone. */
export function timestampMethod(
  method: string,
  { call, args: [receiver, zone], compilation }: Arguments,
): TypedNode<"int"> | undefined {
  if (receiver?.type !== "timestamp") return undefined;
  const part = PARTS[method]!;
  if (zone === undefined) {
    return { type: "int", run: one(receiver.run, (at) => BigInt(part(new Date(at)))) };
  }
  const offset = zone.type === "string" && zone.constant !== undefined ? offsetOf(zone.constant) : undefined;
  if (offset === undefined) return compilation.refuse("time_invalid", call);
  return { type: "int", run: one(receiver.run, (at) => BigInt(part(new Date(at + offset(at))))) };
}

/** Offsets change only at quarters of an hour (IANA time zones, since 1972). */
const QUARTER = 900_000;

/** Milliseconds that a zone's clocks are ahead of UTC at a time; undefined where there is no such zone. */
export function offsetOf(timeZone: string): ((at: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  } catch {
    return undefined;
  }
  // Formatting costs microseconds, and most transactions are of the same quarter as the one before.
  let quarter = Number.NaN;
  let offset = 0;
  return (at) => {
    const asked = Math.floor(at / QUARTER);
    if (asked !== quarter) {
      offset = readOffset(format.format(asked * QUARTER));
      quarter = asked;
    }
    return offset;
  };
}

/** `2/1/2026, GMT+05:30` is 19,800,000; `GMT` alone is 0. */
function readOffset(text: string): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /GMT([+-])(\d+):(\d+)(?::(\d+))?$/.exec(text) ?? [];
  const offset = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === "-" ? -offset : offset;
}
