import type { Bill, BillComponent } from "#cost/types.ts";
import { dollars } from "../amounts.ts";
import { itemText, paidPart } from "../bill-arithmetic.ts";
import type { Promised } from "../promises.ts";
import { checked, type Maker, unknown } from "./maker.ts";

/** By what share a bill whose usage is assumed may lie outside of what is claimed, and say nothing about it. */
const ASSUMED = 0.01;
/** Of a bill's items the ones that are told; the rest is in the table of the report. */
const TOLD = 4;

export const cost: Maker<"cost"> = (promised, { subject }) => {
  const { component, environment, perMonth, tolerance } = promised;
  const what = component ?? "everything";
  const title = `What ${what} costs in ${environment}`;
  const source = "computed";
  const limit = { limit: perMonth.to, limitFrom: perMonth.from, sense: "between", unit: "dollars" } as const;
  const seen = subject.bill(environment);
  if ("why" in seen) return [unknown(promised, { title, source, why: seen.why, ...limit })];
  const bill = seen.value;
  const billed = component === undefined ? wholeOf(bill) : componentOf(bill, component);
  const [from, to] = [perMonth.from * (1 - tolerance / 100), perMonth.to * (1 + tolerance / 100)];
  const isHeld = billed.perMonth >= from && billed.perMonth <= to;
  const off = Math.abs(billed.perMonth - (billed.perMonth > to ? to : from));
  const isAssumed = billed.items.some(({ assumption }) => assumption !== null);
  const isClose = !isHeld && isAssumed && off < ASSUMED * billed.perMonth;
  return [
    checked(promised, {
      ...limit,
      title,
      source,
      part: billed.items[0]?.part ?? null,
      figure: billed.perMonth,
      verdict: isHeld ? "holds" : isClose ? "inconclusive" : "fails",
      says: isHeld
        ? `${dollars(billed.perMonth)} a month by prices of ${bill.pricesAsOf} or later, where ${claimed(promised)} is claimed.`
        : [
            `${dollars(billed.perMonth)} a month by prices of ${bill.pricesAsOf} or later, where ${claimed(promised)} is claimed: ${dollars(Math.abs(billed.perMonth - (billed.perMonth > to ? perMonth.to : perMonth.from)))} ${billed.perMonth > to ? "more" : "less"}.`,
            isClose ? "That is less than the usage that is assumed can tell." : "",
            largest(billed),
            component === undefined ? "" : paidPart(billed, perMonth),
          ]
            .filter((part) => part !== "")
            .join(" "),
      remedy: isHeld ? null : `Write ${dollars(billed.perMonth)} in place of ${claimed(promised)}.`,
      remedyPerMonth: isHeld ? null : 0,
      references: billed.items.map(({ price: { page, asOf } }) => ({ page, asOf })).filter(isFirst),
    }),
  ];
};

function wholeOf({ totalPerMonth, components }: Bill): Pick<BillComponent, "perMonth" | "items"> {
  return { perMonth: totalPerMonth, items: components.flatMap(({ items }) => items) };
}

/** A row that nothing in the architecture belongs to costs nothing. */
function componentOf({ components }: Bill, name: string): Pick<BillComponent, "perMonth" | "items"> {
  return components.find((each) => each.name === name) ?? { perMonth: 0, items: [] };
}

function largest({ items }: Pick<BillComponent, "items">): string {
  if (items.length === 0) return "Nothing in the architecture belongs to it.";
  const sorted = items.toSorted((a, b) => b.perMonth - a.perMonth);
  const told = sorted.slice(0, TOLD).map(itemText);
  const rest = sorted.length - told.length;
  return `${rest > 0 ? "Most of it" : "It is"}: ${told.join("; ")}.`;
}

function claimed({ perMonth: { from, to }, tolerance }: Promised<"cost">): string {
  const span = from === to ? dollars(to) : `${dollars(from)} to ${dollars(to)}`;
  return tolerance === 0 ? span : `about ${span}`;
}

function isFirst<Each extends { readonly page: string }>(
  each: Each,
  index: number,
  all: readonly Each[],
): boolean {
  return all.findIndex(({ page }) => page === each.page) === index;
}
