import { withSettings } from "#analysis/settings.ts";
import { billOf } from "#cost/bill.ts";
import { attempt, type Subject } from "./subject.ts";

/** What no bill has: it is of one region, and servers that stand ready in another are not in it. */
const UNPRICED: ReadonlySet<string> = new Set(["recovery.region.strategy"]);

/** What settings add to the bill, in dollars a month; null where they cannot be had, or have no price. */
export function remedyPrice(subject: Subject, set: Readonly<Record<string, unknown>>): number | null {
  if (Object.keys(set).some((path) => UNPRICED.has(path))) return null;
  const before = subject.bill();
  const after = attempt(() => billOf(withSettings(subject.architecture, set)));
  if ("why" in before || "why" in after) return null;
  // Sums of products have errors in digits that nobody pays.
  return Math.round((after.value.totalPerMonth - before.value.totalPerMonth) * 100) / 100;
}
