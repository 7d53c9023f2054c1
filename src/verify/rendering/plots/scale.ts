import { time } from "../../amounts.ts";

/** From a figure to its place on an axis, in per cent of the axis's length. */
export type Place = (value: number) => number;

export interface TimeScale {
  readonly kind: "linear" | "logarithmic";
  readonly place: Place;
  /** Round times along the axis, in milliseconds. */
  readonly ticks: readonly { readonly value: number; readonly text: string }[];
}

/** Beyond this, the smallest figure would be lost at the left end of a linear axis. */
const LINEAR_MOST = 30;
const MOST_TICKS = 6;

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
/** Marks of a logarithmic axis of time. */
const MARKS = [
  [0.001, 0.01, 0.1, 1, 10, 100],
  [SECOND, 10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 10 * HOUR],
  [DAY, 10 * DAY, 100 * DAY, 1000 * DAY, 10_000 * DAY],
].flat();
/** Steps of a linear axis: what people count time in. */
const STEPS = [
  [0.001, 0.01, 0.1, 1, 10, 100, SECOND].flatMap((unit) => [unit, 2 * unit, 5 * unit]),
  [10 * SECOND, 15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE],
  [HOUR, 2 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY, 30 * DAY, 365 * DAY],
].flat();

/** An axis that begins at 0 and has room for the largest of the figures. */
export function linearPlace(values: readonly number[]): Place {
  const most = Math.max(...plottable(values), 0) || 1;
  return (value) => percent(value / (most * 1.04));
}

/** A linear axis where all times can be told apart on it, otherwise a logarithmic one. Milliseconds. */
export function timeScale(values: readonly number[]): TimeScale {
  const positive = plottable(values).filter((value) => value > 0);
  const [least, most] = [Math.min(...positive), Math.max(...positive)];
  return positive.length > 0 && most / least > LINEAR_MOST
    ? logarithmicScale(least, most)
    : linearTimeScale(positive);
}

/** A linear axis of time from 0 on. */
export function linearTimeScale(values: readonly number[]): TimeScale {
  const most = Math.max(...plottable(values), 0) || 1;
  const step = STEPS.find((step) => most / step <= MOST_TICKS) ?? most;
  const ticks = Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
  return { kind: "linear", place: linearPlace(values), ticks: ticks.map(withText) };
}

function logarithmicScale(least: number, most: number): TimeScale {
  const from = MARKS.findLast((mark) => mark <= least) ?? least;
  const to = MARKS.find((mark) => mark >= most) ?? most;
  const marks = MARKS.filter((mark) => mark >= from && mark <= to);
  const every = Math.ceil(marks.length / MOST_TICKS);
  return {
    kind: "logarithmic",
    place: (value) => (value <= from ? 0 : percent(Math.log(value / from) / Math.log(to / from))),
    ticks: marks.filter((_, index) => index % every === 0).map(withText),
  };
}

function withText(value: number): TimeScale["ticks"][number] {
  return { value, text: value === 0 ? "0" : time(value) };
}

/** Figures that have a place on an axis at all. */
function plottable(values: readonly number[]): number[] {
  return values.filter((value) => Number.isFinite(value) && value >= 0);
}

/** Two digits behind the point are less than a pixel. What does not fit stands at the end. */
function percent(share: number): number {
  return Number.isNaN(share) ? 0 : Number((Math.min(1, Math.max(0, share)) * 100).toFixed(2));
}
