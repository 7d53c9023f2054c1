import { Command } from "commander";
import { billOf } from "#cost/bill.ts";
import { compareBills } from "#cost/compare.ts";
import { savingsOf } from "#cost/savings.ts";
import { resolveNamed } from "../architectures.ts";
import { renderBill } from "../cost/bill-view.ts";
import { renderComparison } from "../cost/comparison-view.ts";
import { renderSavings } from "../cost/savings-view.ts";
import { example, jsonOption } from "../options.ts";
import { printJson } from "../output.ts";

interface Options {
  readonly environment: string;
  readonly against?: string;
  readonly savings?: true;
  readonly json?: true;
}

export function costCommand(): Command {
  return new Command("cost")
    .description("price one environment of an architecture on AWS, component by component")
    .argument("[architecture]", "its name or file; the folder's own architecture.ts if left out")
    .argument("[other]", "another one to compare it with")
    .option("-e, --environment <name>", "which of its environments", "production")
    .option(
      "--against <environment>",
      "compare with another environment, of the other architecture if one is named",
    )
    .option("--savings", "also price the savings that the architecture counts on")
    .addOption(jsonOption())
    .addHelpText(
      "after",
      example(
        "cost fargate",
        "cost fargate --savings",
        "cost fargate --against development",
        "cost fargate autoscaling-group --json",
      ),
    )
    .action(async (name: string | undefined, other: string | undefined, options: Options) => {
      if (other !== undefined || options.against !== undefined) return compare(name, other, options);
      const { architecture } = await resolveNamed(name, options.environment);
      const bill = billOf(architecture);
      const savings = options.savings ? savingsOf(architecture) : null;
      if (options.json)
        return printJson({
          schemaVersion: 1,
          ...inCents(bill),
          ...(savings ? { savings: inCents(savings) } : {}),
        });
      console.log(renderBill(bill, architecture));
      if (savings) console.log(`\n${renderSavings(savings, architecture)}`);
    });
}

async function compare(
  name: string | undefined,
  other: string | undefined,
  { environment, against, json }: Options,
): Promise<void> {
  const { architecture: one } = await resolveNamed(name, environment);
  const { architecture: two } = await resolveNamed(other ?? name, against ?? environment);
  const comparison = compareBills(one, two);
  const labels = [one, two].map((each) => `${each.name} ${each.environment}`) as [string, string];
  if (json) printJson({ schemaVersion: 1, compared: labels, ...inCents(comparison) });
  else console.log(renderComparison(comparison, labels));
}

/** What a month costs, to a hundredth of a cent: the rest is what binary fractions leave. Unit prices stay as they are. */
function inCents<Value>(value: Value): Value {
  const amounts = new Set(["perMonth", "totalPerMonth", "before", "after", "percent", "totals"]);
  const rounded = (amount: unknown): unknown =>
    typeof amount === "number"
      ? Math.round(amount * 10_000) / 10_000
      : Array.isArray(amount)
        ? amount.map(rounded)
        : amount;
  return JSON.parse(
    JSON.stringify(value, (key, each: unknown) => (amounts.has(key) ? rounded(each) : each)),
  ) as Value;
}
