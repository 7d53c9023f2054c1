import type { Reference } from "#model/evidence.ts";
import type { Saving } from "#model/billing.ts";
import type * as z from "zod";
import type { Basis } from "./prices/price.ts";

/** What a month of one environment costs, in US dollars, at the list prices of its region, before tax and any discount. */
export interface Bill {
  readonly architecture: string;
  readonly environment: string;
  readonly region: string;
  /** The day of the oldest source of a price that is used: `2026-08-21`. */
  readonly pricesAsOf: string;
  readonly totalPerMonth: number;
  /** How much of the total rests on prices that are recalled: no source of them could be read again. */
  readonly recalledPerMonth: number;
  readonly components: readonly BillComponent[];
  /** Rows of the document's table that no item belongs to, by their names. */
  readonly unmatched: readonly string[];
}

/** What a document's table has a row for, or would have. */
export interface BillComponent {
  /** The document's name for it where a cost objective has one, AWS's else. */
  readonly name: string;
  readonly perMonth: number;
  readonly items: readonly BillItem[];
  /** Whether the document's table has a row for it. */
  readonly inDocument: boolean;
}

export interface BillItem {
  readonly name: string;
  /** The part or setting that it is for, as a path of the resolved architecture: `stores.database`. */
  readonly part: string;
  /** How many of `unit` are billed, or how many run at once where there are `hours`. */
  readonly quantity: number;
  /** Of what the price is: `hour`, `GB-month`, `1,000,000 requests`. */
  readonly unit: string;
  /** How long each of them runs in a month; null where time is not billed, or is in the unit. */
  readonly hours: number | null;
  readonly unitPrice: number;
  /** Quantity × hours, where there are any, × unit price. */
  readonly perMonth: number;
  readonly price: PriceReference;
  /** What was assumed about usage, in a sentence, where usage decides; null where the architecture says all. */
  readonly assumption: string | null;
}

/** Where a price stands. */
export interface PriceReference {
  /** The price's own name in Plumbline's price list: `natgateway.hour`. */
  readonly sku: string;
  readonly page: string;
  readonly region: string;
  readonly asOf: string;
  /** Where the figure was read: `price-list`; `recalled` where no source could be read again. */
  readonly basis?: Basis;
}

export type SavingKind = z.output<typeof Saving>;

/** A way to pay less, priced against the bill. */
export interface PricedSaving {
  readonly saving: SavingKind;
  /** Which way of several: `3 years, all upfront`; null where there is one. */
  readonly option: string | null;
  /** The component of the bill that it is about, by its name there. */
  readonly component: string;
  /** Dollars a month of that component without it. */
  readonly before: number;
  /** The same with it; what it adds to or takes from other components is counted in. */
  readonly after: number;
  /** How much less `after` is than `before`, in per cent; negative where it costs more. */
  readonly percent: number;
  /** One to three sentences: how it is reckoned, and what it takes. */
  readonly says: string;
  /** Whether the architecture could take it as it stands without promising less, or has taken it already. */
  readonly applies: boolean;
  readonly references: readonly Reference[];
}
