import type { DrillName } from "#drills/drill.ts";
import type { Substitute } from "#model/substitutes.ts";
import type { VerifyCheck } from "../report.ts";
import { titleOf } from "./faults.ts";

/** Faults that take every store with them, wholly or in part. */
const WIDE: ReadonlySet<DrillName> = new Set(["zone-failure", "region-failure", "disaster"]);

/**
 * What a twin shows of a fault that takes a store with it for which nothing runs there: that all the rest was quick enough
 * says nothing about the store. What was too slow without it is so with it.
 */
export function withUnseen(
  check: VerifyCheck,
  drill: DrillName,
  substitutes: readonly Substitute[],
): VerifyCheck {
  const unseen = substitutes.flatMap(({ part, runs }) => {
    const store = /^stores\.([^.]+)$/.exec(part)?.[1];
    return store !== undefined && runs === "nothing" ? [store] : [];
  });
  if (!WIDE.has(drill) || unseen.length === 0 || check.verdict !== "holds") return check;
  const says = `${check.says} Nothing runs here for ${unseen.join(" and ")}, which ${titleOf(drill)} takes with it: what becomes of that was not seen.`;
  return { ...check, verdict: "inconclusive", says };
}
