import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { ComponentId } from "./components.ts";
import type { Usage } from "./usage.ts";

/** One thing that is billed, before its price is looked up. */
export interface Line {
  readonly component: ComponentId;
  readonly name: string;
  /** A path of the resolved architecture. */
  readonly part: string;
  /** A product of the price list. */
  readonly sku: string;
  readonly quantity: number;
  /** How long each runs in a month; null where the price is not for time. */
  readonly hours?: number | null;
  /** Where it is billed, if not in the architecture's own region. */
  readonly region?: string;
  readonly assumption?: string;
}

/** What the parts of a bill work with. */
export interface Costs {
  readonly architecture: ResolvedArchitecture;
  readonly usage: Usage;
  /** The day for which versions are in or out of support: `2026-11-21`. */
  readonly on: string;
}
