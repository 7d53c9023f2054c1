import type { ResolvedArchitecture } from "#model/architecture.ts";
import { reservedInstances, savingsPlans } from "./savings/commitments.ts";
import { type Savings, savingsContext } from "./savings/context.ts";
import { endpointsForNat, singleNat } from "./savings/network.ts";
import { autoScaling, scheduledScaling } from "./savings/scaling.ts";
import { rightSizing } from "./savings/sizes.ts";
import { spot } from "./savings/spot.ts";
import { cdnCaching, storageLifecycle } from "./savings/storage.ts";
import type { PricedSaving, SavingKind } from "./types.ts";

const PRICED: Readonly<Record<SavingKind, (savings: Savings) => readonly PricedSaving[]>> = {
  spot,
  "reserved-instances": reservedInstances,
  "savings-plans": savingsPlans,
  "vpc-endpoints-for-nat": endpointsForNat,
  "single-nat": singleNat,
  "scheduled-scaling": scheduledScaling,
  "auto-scaling": autoScaling,
  "right-sizing": rightSizing,
  "storage-lifecycle": storageLifecycle,
  "cdn-caching": cdnCaching,
};

/**
 * The savings that the document counts on, each priced against the bill: those of `billing.savings`, and those that an
 * objective claims a share for. One that there is nothing for, such as NAT where there is none, has no entry.
 *
 * @throws PlumblineError COST_REGION_UNKNOWN, COST_PRICE_MISSING
 */
export function savingsOf(architecture: ResolvedArchitecture): PricedSaving[] {
  const claimed = architecture.objectives.flatMap((each) => (each.kind === "saving" ? [each.by] : []));
  const wanted = new Set<SavingKind>([...architecture.billing.savings, ...claimed]);
  const savings = savingsContext(architecture);
  return Object.entries(PRICED).flatMap(([kind, price]) =>
    wanted.has(kind as SavingKind) ? price(savings) : [],
  );
}
