import type { VerifyCheck } from "../../report.ts";
import { foundText, limitText } from "../figures.ts";
import { html, type Markup } from "../markup.ts";
import { markerAt } from "./marker.ts";
import { linearPlace, type Place } from "./scale.ts";

export const HEIGHT = 28;
const MIDDLE = HEIGHT / 2;

/** Every figure of a check that a strip shows, in its unit. */
export function figuresOf({ figure, range, spread, limit, limitFrom }: VerifyCheck): number[] {
  const all = [figure, limit, limitFrom, range?.from, range?.to, spread?.min, spread?.max];
  return all.filter((value) => value != null && Number.isFinite(value)) as number[];
}

/**
 * What was found on one line against its limit: what is allowed is shaded, the limit is the upright line, a span is a
 * bar, a spread a thin line with a stroke at the median, and the figure is marked. Null where there is nothing to compare.
 */
export function strip(check: VerifyCheck, place: Place = linearPlace(figuresOf(check))): Markup | null {
  const { figure, range, spread, limit, source } = check;
  const found = figure ?? range?.from ?? spread?.median ?? Number.NaN;
  if (limit === null || !Number.isFinite(found)) return null;
  return html`<svg
    class="strip ${check.verdict}"
    width="100%"
    height="${HEIGHT}"
    role="img"
    aria-label="${describe(check)}"
  >
    <line class="base" x1="0" x2="100%" y1="${MIDDLE}" y2="${MIDDLE}" />
    ${allowed(check, place)}${range && bar(place(range.from), place(range.to))}
    ${spread && whiskers(place(spread.min), place(spread.median), place(spread.max))}
    ${range === null ? markerAt(place(found), MIDDLE, source) : null}
  </svg>`;
}

/** A strip in words. */
export function describe(check: VerifyCheck): string {
  const { spread, source, verdict } = check;
  const parts = [
    `${source}: ${foundText(check) ?? "no figure"}`,
    limitText(check),
    spread === null ? null : `from ${foundText({ ...check, range: { from: spread.min, to: spread.max } })}`,
    verdict,
  ];
  return parts.filter((part) => part !== null).join(", ");
}

/** The limit, and what is allowed where it is known on which side of the limit that is. */
function allowed({ limit, limitFrom, sense }: VerifyCheck, place: Place): Markup | null {
  if (limit === null) return null;
  const spans = {
    "at-most": [0, place(limit)],
    "at-least": [place(limit), 100],
    between: [place(limitFrom ?? limit), place(limit)],
  } as const;
  const [from, to] = sense === null ? [0, 0] : spans[sense];
  const ends = sense === "between" ? new Set([from, to]) : [place(limit)];
  const line = (at: number) => html`<line class="limit" x1="${at}%" x2="${at}%" y1="1" y2="${HEIGHT - 1}" />`;
  return html`<rect
      class="allowed"
      x="${from}%"
      width="${Math.max(0, round(to - from))}%"
      y="4"
      height="${HEIGHT - 8}"
    />
    ${[...ends].map(line)}`;
}

/** At least as wide as can be seen. */
function bar(from: number, to: number): Markup {
  const width = Math.max(round(to - from), 0.6);
  return html`<rect
    class="range"
    x="${Math.min(from, 99.4)}%"
    width="${width}%"
    y="${MIDDLE - 4}"
    height="8"
    rx="1"
  />`;
}

function whiskers(from: number, median: number, to: number): Markup {
  const strokes = [from, median, to].map(
    (at) => html`<line class="spread" x1="${at}%" x2="${at}%" y1="${MIDDLE - 4}" y2="${MIDDLE + 4}" />`,
  );
  return html`<line class="spread" x1="${from}%" x2="${to}%" y1="${MIDDLE}" y2="${MIDDLE}" />${strokes}`;
}

function round(value: number): number {
  return Number(value.toFixed(2));
}
