/**
 * AWS's cron expressions of six fields: minutes, hours, day of the month, month, day of the week, year.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html
 * https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
 */

/** Which days of a month are meant; days of the week are AWS's, 1 for Sunday to 7 for Saturday. */
export type DayRule =
  | { readonly kind: "days"; readonly days: readonly number[] }
  | { readonly kind: "last-day" }
  | { readonly kind: "last-weekday" }
  /** The weekday that is nearest to the day and in its month. */
  | { readonly kind: "nearest-weekday"; readonly day: number }
  | { readonly kind: "days-of-week"; readonly days: readonly number[] }
  | { readonly kind: "last-day-of-week"; readonly day: number }
  | { readonly kind: "nth-day-of-week"; readonly day: number; readonly nth: number };

/** All values that are meant, in order. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  /** A day is meant if one of them means it. */
  readonly days: readonly DayRule[];
  readonly months: readonly number[];
  readonly years: readonly number[];
}

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Names of the values, the first for `from`. */
  readonly names?: readonly string[];
}

const MINUTES: Field = { name: "minutes", from: 0, to: 59 };
const HOURS: Field = { name: "hours", from: 0, to: 23 };
const DAYS: Field = { name: "day of the month", from: 1, to: 31 };
const MONTH_NAMES = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const MONTHS: Field = { name: "month", from: 1, to: 12, names: MONTH_NAMES };
const WEEKDAY_NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const WEEKDAYS: Field = { name: "day of the week", from: 1, to: 7, names: WEEKDAY_NAMES };
const YEARS: Field = { name: "year", from: 1970, to: 2199 };

/** What is wrong with an expression, for people. */
class Unreadable extends Error {}

/** Reads an expression without its `cron(…)`. @returns what is wrong with it, where it cannot be read. */
export function parseCron(text: string): Cron | { readonly problem: string } {
  try {
    return readCron(text);
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

function readCron(text: string): Cron {
  const fields = text.split(" ");
  if (fields.length !== 6 || fields.includes(""))
    throw new Unreadable('six fields are expected, like "0 20 ? * MON-FRI *"');
  const [minutes, hours, dayOfMonth, month, dayOfWeek, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((dayOfMonth === "?") === (dayOfWeek === "?"))
    throw new Unreadable('either the day of the month or the day of the week is "?", and not both');
  return {
    minutes: valuesOf(minutes, MINUTES),
    hours: valuesOf(hours, HOURS),
    days: dayOfWeek === "?" ? daysOfMonth(dayOfMonth) : daysOfWeek(dayOfWeek),
    months: valuesOf(month, MONTHS),
    years: valuesOf(year, YEARS),
  };
}

function daysOfMonth(text: string): DayRule[] {
  return text.split(",").map((part) => {
    if (part === "L") return { kind: "last-day" };
    if (part === "LW") return { kind: "last-weekday" };
    const nearest = /^(\d+)W$/.exec(part)?.[1];
    if (nearest !== undefined) return { kind: "nearest-weekday", day: valueOf(nearest, DAYS) };
    return { kind: "days", days: spanOf(part, DAYS) };
  });
}

function daysOfWeek(text: string): DayRule[] {
  if (text.includes("#") && text.includes(","))
    throw new Unreadable('with "#", the day of the week has one expression only');
  return text.split(",").map((part) => {
    // The last day of the week is Saturday.
    if (part === "L") return { kind: "days-of-week", days: [WEEKDAYS.to] };
    const last = /^(\w+)L$/.exec(part)?.[1];
    if (last !== undefined) return { kind: "last-day-of-week", day: valueOf(last, WEEKDAYS) };
    const [, day, nth] = /^(\w+)#([1-5])$/.exec(part) ?? [];
    if (day !== undefined) return { kind: "nth-day-of-week", day: valueOf(day, WEEKDAYS), nth: Number(nth) };
    return { kind: "days-of-week", days: spanOf(part, WEEKDAYS) };
  });
}

function valuesOf(text: string, field: Field): number[] {
  const values = new Set(text.split(",").flatMap((part) => spanOf(part, field)));
  return [...values].sort((a, b) => a - b);
}

/** `*`, `7`, `MON-FRI`, each with `/2` for every second one. */
function spanOf(text: string, field: Field): number[] {
  const [span = "", step, ...rest] = text.split("/");
  const [first = "", last, ...more] = span.split("-");
  const every = step === undefined ? 1 : Number(step);
  if (rest.length > 0 || more.length > 0 || !Number.isInteger(every) || every < 1 || step === "")
    throw unreadable(text, field);
  const from = span === "*" ? field.from : valueOf(first, field);
  const open = span === "*" || step !== undefined;
  const to = last === undefined ? (open ? field.to : from) : valueOf(last, field);
  if (to < from) throw unreadable(text, field);
  return Array.from({ length: Math.floor((to - from) / every) + 1 }, (_, index) => from + index * every);
}

function valueOf(text: string, field: Field): number {
  const named = field.names?.indexOf(text.toUpperCase()) ?? -1;
  const value = named >= 0 ? field.from + named : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= field.from && value <= field.to)) throw unreadable(text, field);
  return value;
}

function unreadable(text: string, { name, from, to, names }: Field): Unreadable {
  const or = names ? ` or ${names[0]} to ${names.at(-1)}` : "";
  return new Unreadable(`"${text}" is no ${name}: ${from} to ${to}${or} are expected`);
}
