import { type Distribution, type TimingId, TIMINGS } from "#aws/timings/timings.ts";
import type { ResolvedArchitecture, ResolvedStore } from "#model/architecture.ts";
import type { FaultName } from "#model/faults.ts";
import type { Reference } from "#model/evidence.ts";

/** How long AWS or Kubernetes says that a part takes after a fault. */
export interface ProviderTime extends Reference {
  /** `stores.database` */
  readonly part: string;
  /** `the failover of stores.database (rds-multi-az-failover)` */
  readonly what: string;
  /** Usual. */
  readonly fromMs: number;
  /** What it may take, without anything out of the ordinary. */
  readonly toMs: number;
}

const DATABASES: readonly ResolvedStore["kind"][] = ["postgresql", "mysql", "documentdb"];
const STATEFUL: readonly ResolvedStore["kind"][] = [...DATABASES, "redis"];

/**
 * The documented times that a recovery from a fault contains: of one store where the promise names it, else of every part
 * that the fault takes away. What AWS gives no figure for has none here.
 */
export function documentedTimes(
  { stores, services, compute }: ResolvedArchitecture,
  fault: FaultName,
  store?: string,
): readonly ProviderTime[] {
  const failovers = (kinds: readonly ResolvedStore["kind"][]) =>
    Object.entries(stores)
      .filter(([name, { kind }]) => (store === undefined || name === store) && kinds.includes(kind))
      .flatMap(([name, each]) =>
        providerTime(`stores.${name}`, `the failover of stores.${name}`, failoverOf(each)),
      );
  switch (fault) {
    case "database-failure":
      return failovers(DATABASES);
    case "cache-failure":
      return failovers(["redis"]);
    case "zone-failure":
      return failovers(STATEFUL);
    case "node-failure":
      return compute.kind === "eks"
        ? providerTime("compute", "the loss of a node, until its pods are made elsewhere", [
            isBefore(compute.version, "1.32") ? "node-monitor-grace-before-1.32" : "node-monitor-grace",
            "pod-eviction",
          ])
        : [];
    case "replica-crash": {
      const [service] = Object.entries(services).find(([, { kind }]) => kind === "web") ?? [];
      return compute.kind === "eks" && service !== undefined
        ? providerTime(`services.${service}`, "the restart of a container", ["container-restart"])
        : [];
    }
    default:
      return [];
  }
}

/** What stands by to take over, and whose failover AWS therefore speaks of; none where nothing does. */
function failoverOf(store: ResolvedStore): readonly TimingId[] {
  switch (store.kind) {
    case "postgresql":
      if (store.engine === "aurora")
        return [store.readReplicas > 0 ? "aurora-failover" : "aurora-new-primary"];
      return [store.multiZone ? "rds-multi-az-failover" : "rds-single-az-recovery"];
    case "mysql":
      return [store.multiZone ? "rds-multi-az-failover" : "rds-single-az-recovery"];
    case "documentdb":
      return [store.multiZone || store.readReplicas > 0 ? "documentdb-failover" : "documentdb-new-primary"];
    case "redis":
      if (store.hosting !== "managed") return [];
      return [store.multiZone ? "elasticache-failover" : "elasticache-node-replacement"];
    case "bucket":
      return [];
  }
}

function providerTime(part: string, what: string, ids: readonly TimingId[]): ProviderTime[] {
  const timings = ids.map((id) => TIMINGS[id]);
  const [first] = timings;
  if (!first || timings.some(({ basis }) => basis !== "documented")) return [];
  const spans = timings.map(({ value }) => spanOf(value));
  const sum = (of: "fromMs" | "toMs") => spans.reduce((total, each) => total + each[of], 0);
  return [{ part, what, fromMs: sum("fromMs"), toMs: sum("toMs"), page: first.page, asOf: first.asOf }];
}

/** From what is usual to what is rarely exceeded. */
function spanOf(time: Distribution): { readonly fromMs: number; readonly toMs: number } {
  switch (time.kind) {
    case "constant":
      return { fromMs: time.ms, toMs: time.ms };
    case "uniform":
      return { fromMs: time.from, toMs: time.to };
    case "lognormal":
      return { fromMs: time.median, toMs: time.p99 };
  }
}

function isBefore(version: string, other: string): boolean {
  return minorOf(version) < minorOf(other);
}

/** Of Kubernetes' versions, which all begin with 1. */
function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}
