import type { ResolvedArchitecture } from "#model/architecture.ts";
import { billOf } from "./bill.ts";
import { COMPONENT_IDS, COMPONENTS } from "./components.ts";

export interface Comparison {
  readonly components: readonly ComparedComponent[];
  readonly totals: readonly [number, number];
}

export interface ComparedComponent {
  /** AWS's name: two documents may name the same in two ways. */
  readonly name: string;
  /** Dollars a month in the one and in the other; null where it has none. */
  readonly perMonth: readonly [number | null, number | null];
}

/** Two bills, component by component. @throws PlumblineError COST_REGION_UNKNOWN, COST_PRICE_MISSING */
export function compareBills(one: ResolvedArchitecture, other: ResolvedArchitecture): Comparison {
  const [first, second] = [billOf(withoutTable(one)), billOf(withoutTable(other))];
  const costIn = ({ components }: typeof first, name: string) =>
    components.find((each) => each.name === name)?.perMonth ?? null;
  const components = COMPONENT_IDS.map((id) => COMPONENTS[id].name).map((name): ComparedComponent => ({
    name,
    perMonth: [costIn(first, name), costIn(second, name)],
  }));
  return {
    components: components.filter(({ perMonth }) => perMonth.some((amount) => amount !== null)),
    totals: [first.totalPerMonth, second.totalPerMonth],
  };
}

function withoutTable(architecture: ResolvedArchitecture): ResolvedArchitecture {
  return { ...architecture, objectives: architecture.objectives.filter(({ kind }) => kind !== "cost") };
}
