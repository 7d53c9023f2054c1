import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import { DAY_MS } from "../month.ts";
import { priceOf } from "../prices/price-list.ts";
import { graduated, TRANSFER_OUT } from "../prices/tiers.ts";
import type { PricedSaving } from "../types.ts";
import { usageOf } from "../usage.ts";
import { difference, pricedSaving, type Savings } from "./context.ts";

type Bucket = Extract<ResolvedStore, { readonly kind: "bucket" }>;
type Rule = Bucket["lifecycle"][number];

/** What is usual for logs and what is seldom read. */
const USUAL: readonly Rule[] = [
  { after: 30 * DAY_MS, to: "standard-ia" },
  { after: 90 * DAY_MS, to: "glacier" },
];

/** Older objects in cheaper classes: as the architecture's rules have it, or as usual rules would. */
export function storageLifecycle(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  const buckets = Object.values(architecture.stores).filter((store) => store.kind === "bucket");
  if (buckets.length === 0) return [];
  const now = savings.costOf("buckets");
  const isTaken = buckets.some((store) => store.kind === "bucket" && store.lifecycle.length > 0);
  const changed = now + difference(savings, withLifecycle(architecture, isTaken ? [] : USUAL));
  const says = isTaken
    ? "The buckets' own rules, in place of S3 Standard for all that is kept."
    : "Objects of more than 30 days in Standard-IA, and of more than 90 in Glacier. Reading them back costs more.";
  return [
    pricedSaving(savings, "storage-lifecycle", {
      component: "buckets",
      before: isTaken ? changed : now,
      after: isTaken ? now : changed,
      says,
      applies: isTaken,
    }),
  ];
}

function withLifecycle(architecture: ResolvedArchitecture, lifecycle: readonly Rule[]): ResolvedArchitecture {
  const stores = Object.fromEntries(
    Object.entries(architecture.stores).map(([name, store]) => [
      name,
      store.kind === "bucket" ? { ...store, lifecycle } : store,
    ]),
  );
  return { ...architecture, stores };
}

/** Data to viewers through CloudFront, in place of the same data straight from the region. */
export function cdnCaching(savings: Savings): PricedSaving[] {
  const { architecture } = savings;
  if (!architecture.entry.cdn) return [];
  const { transferOut, cdnTransfer } = usageOf(architecture);
  const direct = (gb: number) =>
    graduated(gb, TRANSFER_OUT).reduce(
      (sum, { sku, quantity }) => sum + quantity * priceOf(architecture.region, sku, "entry.cdn").value,
      0,
    );
  return [
    pricedSaving(savings, "cdn-caching", {
      component: "cdn",
      before: direct(transferOut.value + cdnTransfer.value) - direct(transferOut.value),
      after: savings.costOf("cdn"),
      says: `CloudFront with its requests, in place of the same data straight from the region. ${cdnTransfer.says} That its answers spare the services and the load balancer is not counted.`,
      applies: true,
    }),
  ];
}
