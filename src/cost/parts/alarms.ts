import type { ResolvedArchitecture } from "#model/architecture.ts";

type Signal = ResolvedArchitecture["observability"]["alarms"][number]["signal"];

/** CloudWatch's alarms: one for each metric that tells of a signal. What only Prometheus sees costs nothing here. */
export function alarmCount(architecture: ResolvedArchitecture): number {
  return architecture.observability.alarms.reduce(
    (sum, { signal }) => sum + metricCount(architecture, signal),
    0,
  );
}

function metricCount(architecture: ResolvedArchitecture, signal: Signal): number {
  const { compute, entry } = architecture;
  const databases = databasesOf(architecture);
  switch (signal) {
    case "cpu":
    case "memory":
      return compute.kind === "eks" ? 0 : replicatedOf(architecture).length;
    case "latency-p95":
    case "http-5xx":
    case "request-rate":
      return 1;
    case "unhealthy-targets":
    case "replicas":
      return new Set(entry.loadBalancer.routes.flatMap(({ to }) => to ?? [])).size;
    case "database-cpu":
    case "database-connections":
    case "database-iops":
    case "database-latency":
      return databases.length;
    case "database-storage":
      return databases.filter((store) => "storage" in store && store.storage !== undefined).length;
    case "replication-lag":
      return databases.filter(({ readReplicas }) => readReplicas > 0).length;
    case "cache-hit-rate":
      return Object.values(architecture.stores).filter(
        (store) => store.kind === "redis" && store.hosting === "managed",
      ).length;
    case "disk":
    case "network":
    case "database-connection-errors":
    case "sign-ups":
    case "transactions":
    case "revenue":
      return 0;
  }
}

/**
 * Alarms that scaling makes: target tracking on ECS and EC2 has one for out and one for in, a step policy one.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
 */
export function scalingAlarmCount(architecture: ResolvedArchitecture): number {
  if (architecture.compute.kind === "eks") return 0;
  return replicatedOf(architecture)
    .flatMap(({ scaling }) => scaling)
    .reduce((sum, { kind }) => sum + (kind === "target-tracking" ? 2 : kind === "step" ? 1 : 0), 0);
}

/** A dashboard is made where it would have a graph of CloudWatch. */
export function dashboardCount(architecture: ResolvedArchitecture): number {
  const { dashboards } = architecture.observability;
  if (dashboards?.backend !== "cloudwatch") return 0;
  return dashboards.show.filter(
    (show) => show !== "business" && (show !== "database" || databasesOf(architecture).length > 0),
  ).length;
}

function replicatedOf({ services }: ResolvedArchitecture) {
  return Object.values(services).flatMap((service) => (service.kind === "job" ? [] : [service]));
}

function databasesOf({ stores }: ResolvedArchitecture) {
  return Object.values(stores).flatMap((store) =>
    store.kind !== "bucket" && store.kind !== "redis" && store.hosting === "managed" ? [store] : [],
  );
}
