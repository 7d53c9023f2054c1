import { amount, digits, dollars } from "../amounts.ts";
import type { VerifyCheck } from "../report.ts";

/** What was found, as a figure or a span: `94 s`, `60–120 s`; null where there is none. */
export function foundText({
  figure,
  range,
  unit,
}: Pick<VerifyCheck, "figure" | "range" | "unit">): string | null {
  if (range !== null) return spanText(range.from, range.to, unit);
  return figure === null ? null : amount(figure, unit);
}

/** What the figure is held against: `at most 60 s`, `against 60–70 %`; null where there is no limit. */
export function limitText({
  limit,
  limitFrom,
  sense,
  unit,
}: Pick<VerifyCheck, "limit" | "limitFrom" | "sense" | "unit">): string | null {
  if (limit === null) return null;
  const text = limitFrom === null ? amount(limit, unit) : spanText(limitFrom, limit, unit);
  return `${sense === "at-most" || sense === "at-least" ? sense.replace("-", " ") : "against"} ${text}`;
}

/** Two figures of one unit: `60–120 s`, `$20.00–$40.00`, `900 ms – 1.2 s`. */
export function spanText(from: number, to: number, unit: VerifyCheck["unit"]): string {
  const [first, last] = [amount(from, unit), amount(to, unit)];
  if (first === last) return first;
  if (from === 0 && unit !== "dollars") return `0–${last}`;
  const [firstUnit, lastUnit] = [first, last].map((text) => / .+$/.exec(text)?.[0] ?? "");
  if (firstUnit !== lastUnit) return `${first} – ${last}`;
  return `${first.slice(0, first.length - (firstUnit ?? "").length)}–${last}`;
}

/** A difference to a bill: `+$32.85`, `-$4.10`. */
export function differenceText(perMonth: number): string {
  return perMonth > 0 ? `+${dollars(perMonth)}` : dollars(perMonth);
}

/** What a remedy adds to the bill; null where nobody can tell. */
export function remedyPriceText(perMonth: number | null): string | null {
  if (perMonth === null) return null;
  if (Math.abs(perMonth) < 0.005) return "at no cost";
  return perMonth > 0 ? `adds ${dollars(perMonth)} a month` : `saves ${dollars(-perMonth)} a month`;
}

/** The price of one unit, which may be a fraction of a cent: `$0.0225`. */
export function unitPriceText(price: number): string {
  return Math.abs(price) >= 1 ? dollars(price) : `$${Number(price.toPrecision(6))}`;
}

/** From and to of a row that the document prices: `$30.00`, `$20.00–$40.00`. */
export function claimedText({ from, to }: { readonly from: number; readonly to: number }): string {
  return spanText(from, to, "dollars");
}

/** How far a bill is outside of what is claimed: 0 within. */
export function outsideOf(
  perMonth: number,
  { from, to }: { readonly from: number; readonly to: number },
): number {
  return perMonth > to ? perMonth - to : Math.min(0, perMonth - from);
}

/** `1 check`, `3 checks`. */
export function countText(count: number, one: string, many = `${one}s`): string {
  return `${digits(count)} ${count === 1 ? one : many}`;
}

/** `21 November 2026, 18:53 UTC`; text that is no time stays as it is. */
export function momentText(iso: string): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return iso;
  const [date = "", clock = ""] = moment.toISOString().split("T");
  return `${dateText(date)}, ${clock.slice(0, 5)} UTC`;
}

const MONTHS = "January February March April May June July August September October November December".split(
  " ",
);

/** `2026-11-21` as `21 November 2026`, `2026-11` as `November 2026`; anything else stays as it is. */
export function dateText(date: string): string {
  const [, year, month, day] = /^(\d{4})-(\d\d)(?:-(\d\d))?$/.exec(date) ?? [];
  const name = MONTHS[Number(month) - 1];
  if (name === undefined) return date;
  return day === undefined ? `${name} ${year}` : `${Number(day)} ${name} ${year}`;
}
