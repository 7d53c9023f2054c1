import type { ResolvedArchitecture } from "#model/architecture.ts";
import { billOf, componentName } from "../bill.ts";
import { type ComponentId, COMPONENTS, tableOf } from "../components.ts";
import type { Bill, BillItem, PricedSaving, SavingKind } from "../types.ts";

/** What savings are priced with. */
export interface Savings {
  readonly architecture: ResolvedArchitecture;
  readonly bill: Bill;
  /** The component's name in the bill. */
  readonly nameOf: (id: ComponentId) => string;
  /** What the component costs now, with all that the document has in its row. */
  readonly costOf: (id: ComponentId) => number;
  /** The items of the bill that are sold as one of the products. */
  readonly itemsOf: (id: ComponentId, sku: RegExp) => readonly BillItem[];
}

/** What one way to save has to say; the rest follows from its two amounts. */
interface Priced {
  readonly component: ComponentId;
  readonly before: number;
  readonly after: number;
  readonly says: string;
  readonly applies: boolean;
  readonly option?: string;
  readonly references?: PricedSaving["references"];
}

export function savingsContext(architecture: ResolvedArchitecture): Savings {
  const bill = billOf(architecture);
  const table = tableOf(architecture);
  const find = (id: ComponentId) => bill.components.find(({ name }) => name === componentName(table, id));
  return {
    architecture,
    bill,
    nameOf: (id) => componentName(table, id),
    costOf: (id) => find(id)?.perMonth ?? 0,
    itemsOf: (id, sku) => find(id)?.items.filter((item) => sku.test(item.price.sku)) ?? [],
  };
}

export function pricedSaving(
  { nameOf }: Pick<Savings, "nameOf">,
  saving: SavingKind,
  { component, before, after, says, applies, option, references }: Priced,
): PricedSaving {
  return {
    saving,
    option: option ?? null,
    component: nameOf(component),
    before,
    after,
    percent: before === 0 ? 0 : (100 * (before - after)) / before,
    says,
    applies,
    references: references ?? [],
  };
}

/** How many dollars a month the whole bill changes when the architecture does. */
export function difference({ bill }: Pick<Savings, "bill">, changed: ResolvedArchitecture): number {
  return billOf(changed).totalPerMonth - bill.totalPerMonth;
}

/** The component that the services run in. */
export function computeComponent({ compute }: ResolvedArchitecture): ComponentId {
  return ({ eks: "nodes", "ecs-fargate": "fargate", "ec2-auto-scaling": "instances" } as const)[compute.kind];
}

/** Whether the document promises that anything goes on, or comes back, when something fails. */
export function promisesAvailability({ objectives }: ResolvedArchitecture): boolean {
  return objectives.some(({ kind }) => kind === "continuity" || kind === "recovery" || kind === "redundancy");
}

/** AWS's name of a component, for sentences. */
export function awsName(id: ComponentId): string {
  return COMPONENTS[id].name;
}
