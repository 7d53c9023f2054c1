import type { Comparison } from "#cost/compare.ts";
import { table } from "../output.ts";
import { style } from "../style.ts";
import { formatDollars, right } from "./money.ts";

/** Two bills side by side, with how much more the second costs. */
export function renderComparison(
  { components, totals }: Comparison,
  labels: readonly [string, string],
): string {
  const rows = components.map(({ name, perMonth: [one, other] }) => [
    style.cyan(name),
    one === null ? "" : right(formatDollars(one)),
    other === null ? "" : right(formatDollars(other)),
    right(signed((other ?? 0) - (one ?? 0))),
  ]);
  const [one, other] = totals;
  return table([
    ["a month", ...labels, "difference"].map(style.bold),
    ...rows,
    ["Total", right(formatDollars(one)), right(formatDollars(other)), right(signed(other - one))].map(
      style.bold,
    ),
  ]);
}

function signed(dollars: number): string {
  return dollars >= 0.005 ? `+${formatDollars(dollars)}` : formatDollars(dollars);
}
