import type { Dated } from "../facts.ts";
import type { Distribution } from "./distribution.ts";

/**
 * `documented`: the page gives the figure. `measured`: somebody has measured it and published that. `estimate`: the page
 * says that it happens, and nobody says how long it takes.
 */
export type TimingBasis = "documented" | "measured" | "estimate";

/** How long something takes that AWS or Kubernetes does. */
export interface Timing extends Dated<Distribution> {
  readonly basis: TimingBasis;
  /** What it is, and what the page says of it. */
  readonly says: string;
}

const SECOND = 1000;

export function constant(seconds: number): Distribution {
  return { kind: "constant", ms: seconds * SECOND };
}

export function between(fromSeconds: number, toSeconds: number): Distribution {
  return { kind: "uniform", from: fromSeconds * SECOND, to: toSeconds * SECOND };
}

/** @param p99Seconds what one in a hundred exceeds. */
export function around(medianSeconds: number, p99Seconds: number): Distribution {
  return { kind: "lognormal", median: medianSeconds * SECOND, p99: p99Seconds * SECOND };
}
