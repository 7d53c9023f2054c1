import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type ComponentId, COMPONENT_IDS, COMPONENTS, type Table, tableOf } from "./components.ts";
import type { Line } from "./line.ts";
import { linesOf } from "./parts/lines.ts";
import { checkRegion, priceOf } from "./prices/price-list.ts";
import type { Bill, BillComponent, BillItem } from "./types.ts";
import { usageOf } from "./usage.ts";

/** The day on which the price list was last gone through, and for which versions are in or out of support. */
export const PRICED_ON = "2026-11-21";

/**
 * What a month of one environment costs, in the components of the document's own table. Pure: the same architecture has the
 * same bill until the price list changes.
 *
 * @throws PlumblineError COST_REGION_UNKNOWN, COST_PRICE_MISSING
 */
export function billOf(architecture: ResolvedArchitecture): Bill {
  const { region } = architecture;
  checkRegion(region);
  const lines = linesOf({ architecture, usage: usageOf(architecture), on: PRICED_ON });
  const table = tableOf(architecture);
  const components = componentsOf(lines, table, region);
  const items = components.flatMap((component) => component.items);
  const named = new Set(components.map(({ name }) => name));
  return {
    architecture: architecture.name,
    environment: architecture.environment,
    region,
    pricesAsOf: items.map(({ price }) => price.asOf).toSorted()[0] ?? PRICED_ON,
    totalPerMonth: sum(components),
    recalledPerMonth: sum(items.filter(({ price }) => price.basis === "recalled")),
    components,
    unmatched: table.rows.filter((row) => !named.has(row)),
  };
}

/** The name of a component in the bill: the document's row, or AWS's own name. */
export function componentName(table: Table, id: ComponentId): string {
  return table.rowOf.get(id) ?? COMPONENTS[id].name;
}

function componentsOf(lines: readonly Line[], table: Table, region: string): BillComponent[] {
  const byName = new Map<string, BillItem[]>();
  for (const id of COMPONENT_IDS) {
    const own = lines.filter(({ component }) => component === id).map((line) => itemOf(line, region));
    if (own.length === 0) continue;
    const name = componentName(table, id);
    byName.set(name, [...(byName.get(name) ?? []), ...own]);
  }
  return [...byName].map(([name, items]) => ({
    name,
    perMonth: sum(items),
    items,
    inDocument: table.rows.includes(name),
  }));
}

function itemOf(
  { name, part, sku, quantity, hours = null, region, assumption }: Line,
  home: string,
): BillItem {
  const price = priceOf(region ?? home, sku, part);
  return {
    name,
    part,
    quantity,
    unit: price.unit,
    hours,
    unitPrice: price.value,
    perMonth: quantity * (hours ?? 1) * price.value,
    price: { sku, page: price.page, region: price.region, asOf: price.asOf, basis: price.basis },
    assumption: assumption ?? null,
  };
}

function sum(parts: readonly { readonly perMonth: number }[]): number {
  return parts.reduce((total, { perMonth }) => total + perMonth, 0);
}
