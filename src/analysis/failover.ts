import type { ResolvedArchitecture } from "#model/architecture.ts";
import { type Timing, type TimingId, TIMINGS } from "#aws/timings/timings.ts";
import { type Database, hasFailover, type Redis } from "./parts.ts";

/** The usual span of a timing: from its lower end, or its median, to what all but one in a hundred keep. */
export function spanOf({ value }: Timing): { readonly from: number; readonly to: number } {
  switch (value.kind) {
    case "constant":
      return { from: value.ms, to: value.ms };
    case "uniform":
      return { from: value.from, to: value.to };
    case "lognormal":
      return { from: value.median, to: value.p99 };
  }
}

/** How long a store is away when its primary is gone, as AWS has it; null for what AWS does not run. */
export function failoverOf(architecture: ResolvedArchitecture, store: Database | Redis): Timing | null {
  if (store.hosting === "pods") return null;
  return TIMINGS[failoverTiming(store, hasFailover(architecture, store))];
}

function failoverTiming(store: Database | Redis, takesOver: boolean): TimingId {
  if (store.kind === "redis") return takesOver ? "elasticache-failover" : "elasticache-node-replacement";
  if (store.kind === "documentdb") return takesOver ? "documentdb-failover" : "documentdb-new-primary";
  if (store.kind === "postgresql" && store.engine === "aurora")
    return takesOver ? "aurora-failover" : "aurora-new-primary";
  return takesOver ? "rds-multi-az-failover" : "rds-single-az-recovery";
}
