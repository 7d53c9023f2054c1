import { spread, type Spread } from "../spread.ts";

/** A figure that the document promises, in the unit that it is measured in. */
export interface Claim {
  readonly what: string;
  /** Line of the architecture's document. */
  readonly line: number;
  readonly bound: { readonly below: number } | { readonly atLeast: number };
  readonly unit: string;
}

/** A claim beside what was seen of it. */
export interface Row extends Claim {
  /** One of each round; empty where it was not measured. */
  readonly samples: readonly number[];
  /** How it was measured, or why it was not. */
  readonly how: string;
}

export type Verdict = "met" | "not met" | "not measured" | `met in ${number} of ${number}`;

export function meets({ bound }: Pick<Claim, "bound">, sample: number): boolean {
  return "below" in bound ? sample < bound.below : sample >= bound.atLeast;
}

/** Every round counts: where only some hold, how many is said. */
export function verdictOf(row: Pick<Row, "bound" | "samples">): Verdict {
  const { samples } = row;
  if (samples.length === 0) return "not measured";
  const met = samples.filter((sample) => meets(row, sample)).length;
  if (met === samples.length) return "met";
  return met === 0 ? "not met" : `met in ${met} of ${samples.length}`;
}

/** `measured` has the median of the rounds and its ends; null where there were none. */
export interface Line {
  readonly claim: string;
  readonly line: number;
  readonly measured: Spread | null;
  readonly unit: string;
  readonly verdict: Verdict;
  readonly how: string;
}

export function lineOf(row: Row): Line {
  const { what, line, bound, unit, samples, how } = row;
  const promised = "below" in bound ? `< ${figure(bound.below)}` : `>= ${figure(bound.atLeast)}`;
  return {
    claim: `${what} ${promised} ${unit}`,
    line,
    measured: samples.length === 0 ? null : spread(samples),
    unit,
    verdict: verdictOf(row),
    how,
  };
}

/** A table for people. */
export function tableOf(lines: readonly Line[]): string {
  const cells = lines.map(({ claim, line, measured, verdict, how }) => [
    claim,
    `line ${line}`,
    measured ? `${figure(measured.median)} (${figure(measured.min)} to ${figure(measured.max)})` : "-",
    verdict,
    how,
  ]);
  const all = [["claim", "from", "measured: median (ends)", "verdict", "how"], ...cells];
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Three digits are what such a figure is good for. */
export function figure(value: number): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString("en-US", { maximumFractionDigits: digits });
}
