import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { PricedSaving } from "#cost/types.ts";
import { table } from "../output.ts";
import { style } from "../style.ts";
import { formatDollars } from "./money.ts";

/** Each saving with what it would leave of its component, and what the document claims for it. */
export function renderSavings(savings: readonly PricedSaving[], architecture: ResolvedArchitecture): string {
  if (savings.length === 0) return "The architecture counts on no savings: `billing.savings` names them.";
  const rows = savings.map((each) => [
    style.cyan(each.option === null ? each.saving : `${each.saving}: ${each.option}`),
    each.component,
    `${formatDollars(each.before)} → ${formatDollars(each.after)}`,
    percentOf(each.percent),
    claimOf(each, architecture),
    each.applies ? style.green("applies") : style.yellow("does not apply"),
  ]);
  const said = new Set(savings.map(({ saving, component, says }) => `${saving}, ${component}: ${says}`));
  return [
    style.bold("Savings"),
    table(rows, "  "),
    [...said].map((sentence) => style.dim(`  ${sentence}`)).join("\n"),
  ].join("\n");
}

function percentOf(percent: number): string {
  const rounded = Math.round(Math.abs(percent) * 10) / 10;
  return percent < 0 ? `${rounded} % more` : `${rounded} % less`;
}

function claimOf({ saving, component }: PricedSaving, { objectives }: ResolvedArchitecture): string {
  const claim = objectives.find(
    (each) => each.kind === "saving" && each.by === saving && each.component === component,
  );
  return claim?.kind === "saving" ? style.dim(`claimed: up to ${claim.upTo} %`) : "";
}
