import type { ResolvedStore } from "#model/architecture.ts";
import { mostConnections } from "#aws/connections.ts";
import type { Context } from "../context.ts";
import { type Expression, reference } from "../hcl/expression.ts";
import { localName } from "../names.ts";

type Signal = Context["architecture"]["observability"]["alarms"][number]["signal"];

/** A metric of CloudWatch that tells of a signal. */
export interface Metric {
  /** The part that it is of; empty where there is only one. */
  readonly part: string;
  readonly description: string;
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string | Expression<string>>>;
  readonly statistic: "Average" | "Maximum" | "Sum";
  readonly percentile?: string;
  /** The metric counts what is left. */
  readonly below?: boolean;
  /** What so many per cent are in the metric's own unit. */
  readonly whole?: (percent: number) => number;
  /** The metric counts milliseconds where people say seconds. */
  readonly inMilliseconds?: true;
}

/** CloudWatch's metrics of a signal; empty where it has none and Prometheus does. */
export function metricsOf(context: Context, signal: Signal): Metric[] {
  switch (signal) {
    case "cpu":
      return compute(context, "CPUUtilization", "Processor");
    case "memory":
      return compute(context, "MemoryUtilization", "Memory");
    case "latency-p95":
      return balancer("TargetResponseTime", "Response time", { percentile: "p95" });
    case "http-5xx":
      return balancer("HTTPCode_Target_5XX_Count", "Answers of 5xx", { statistic: "Sum" });
    case "request-rate":
      return balancer("RequestCount", "Requests", { statistic: "Sum" });
    case "unhealthy-targets":
      return targetGroups(context, "UnHealthyHostCount", "Unhealthy targets");
    case "replicas":
      return targetGroups(context, "HealthyHostCount", "Healthy targets");
    case "database-cpu":
      return databases(context, "CPUUtilization", "Processor of the database");
    case "database-connections":
      return connections(context);
    case "database-storage":
      return storage(context);
    case "database-iops":
      return databases(context, "ReadIOPS", "Reads a second");
    case "database-latency":
      return databases(context, "WriteLatency", "Time of a write");
    case "replication-lag":
      return replicationLag(context);
    case "cache-hit-rate":
      return caches(context);
    // The application's own, and what only an agent on the machine sees.
    case "disk":
    case "network":
    case "database-connection-errors":
    case "sign-ups":
    case "transactions":
    case "revenue":
      return [];
  }
}

const attribute = (address: string) => reference<string>(address);

/** Services on ECS and EC2; pods are Prometheus' affair. */
function compute({ architecture }: Context, name: string, what: string): Metric[] {
  const { kind } = architecture.compute;
  const replicated = Object.entries(architecture.services).filter(([, { kind: each }]) => each !== "job");
  if (kind === "eks") return [];
  return replicated.map(([service]): Metric => {
    const local = localName(service);
    const base = { part: service, description: `${what} of ${service}`, statistic: "Average" } as const;
    if (kind === "ecs-fargate")
      return {
        ...base,
        namespace: "AWS/ECS",
        name,
        dimensions: {
          ClusterName: attribute("aws_ecs_cluster.main.name"),
          ServiceName: attribute(`aws_ecs_service.${local}.name`),
        },
      };
    const dimensions = { AutoScalingGroupName: attribute(`aws_autoscaling_group.${local}.name`) };
    return name === "MemoryUtilization"
      ? { ...base, namespace: "CWAgent", name: "mem_used_percent", dimensions }
      : { ...base, namespace: "AWS/EC2", name, dimensions };
  });
}

const BALANCER = "AWS/ApplicationELB";

function balancer(
  name: string,
  description: string,
  of: Partial<Pick<Metric, "statistic" | "percentile">>,
): Metric[] {
  const dimensions = { LoadBalancer: attribute("aws_lb.main.arn_suffix") };
  return [{ part: "", description, namespace: BALANCER, name, dimensions, statistic: "Average", ...of }];
}

function targetGroups({ architecture }: Context, name: string, what: string): Metric[] {
  const routed = [...new Set(architecture.entry.loadBalancer.routes.flatMap(({ to }) => to ?? []))];
  return routed.map((service) => ({
    part: service,
    description: `${what} of ${service}`,
    namespace: BALANCER,
    name,
    dimensions: {
      LoadBalancer: attribute("aws_lb.main.arn_suffix"),
      TargetGroup: attribute(`aws_lb_target_group.${localName(service)}.arn_suffix`),
    },
    statistic: "Maximum",
  }));
}

type Managed = Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" | "documentdb" }>;

function managedDatabases({ architecture }: Context): [string, Managed][] {
  return Object.entries(architecture.stores).flatMap(([name, store]) =>
    store.kind !== "redis" && store.kind !== "bucket" && store.hosting === "managed" ? [[name, store]] : [],
  );
}

/** The namespace and the dimensions of a database's own metrics. */
function databaseOf(name: string, store: Managed): Pick<Metric, "namespace" | "dimensions"> {
  const local = localName(name);
  if (store.kind === "documentdb")
    return {
      namespace: "AWS/DocDB",
      dimensions: { DBClusterIdentifier: attribute(`aws_docdb_cluster.${local}.cluster_identifier`) },
    };
  if (store.kind === "postgresql" && store.engine === "aurora")
    return {
      namespace: "AWS/RDS",
      dimensions: { DBClusterIdentifier: attribute(`aws_rds_cluster.${local}.cluster_identifier`) },
    };
  return {
    namespace: "AWS/RDS",
    dimensions: { DBInstanceIdentifier: attribute(`aws_db_instance.${local}.identifier`) },
  };
}

function databases(context: Context, name: string, what: string): Metric[] {
  return managedDatabases(context).map(([store, declared]) => ({
    part: store,
    description: `${what} of ${store}`,
    ...databaseOf(store, declared),
    name,
    statistic: "Average",
  }));
}

/** CloudWatch counts connections: a share of them is one of what the class takes. */
function connections(context: Context): Metric[] {
  return managedDatabases(context).map(([name, store]) => {
    const most = mostConnections(store);
    return {
      part: name,
      description: `Connections of ${name}`,
      ...databaseOf(name, store),
      name: "DatabaseConnections",
      statistic: "Average",
      ...(most === null ? {} : { whole: (percent) => Math.floor((most * percent) / 100) }),
    };
  });
}

/** Aurora's and DocumentDB's storage grows by itself. */
function storage(context: Context): Metric[] {
  return managedDatabases(context).flatMap(([store, declared]): Metric[] => {
    if (!("storage" in declared) || !declared.storage) return [];
    const { size } = declared.storage;
    return [
      {
        part: store,
        description: `Free storage of ${store}`,
        ...databaseOf(store, declared),
        name: "FreeStorageSpace",
        statistic: "Average",
        below: true,
        whole: (percent) => Math.round((size * (100 - percent)) / 100),
      },
    ];
  });
}

function replicationLag(context: Context): Metric[] {
  return managedDatabases(context).flatMap(([store, declared]): Metric[] => {
    if (declared.readReplicas === 0) return [];
    const base = { part: store, description: `Lag of ${store}'s readers`, statistic: "Maximum" } as const;
    const ofCluster = (name: string): Metric => ({
      ...base,
      ...databaseOf(store, declared),
      name,
      inMilliseconds: true,
    });
    if (declared.kind === "documentdb") return [ofCluster("DBClusterReplicaLagMaximum")];
    if (declared.kind === "postgresql" && declared.engine === "aurora")
      return [ofCluster("AuroraReplicaLagMaximum")];
    const identifier = attribute(`aws_db_instance.${localName(store, "reader-1")}.identifier`);
    return [
      { ...base, namespace: "AWS/RDS", name: "ReplicaLag", dimensions: { DBInstanceIdentifier: identifier } },
    ];
  });
}

function caches({ architecture }: Context): Metric[] {
  return Object.entries(architecture.stores).flatMap(([name, store]): Metric[] =>
    store.kind === "redis" && store.hosting === "managed"
      ? [
          {
            part: name,
            description: `Hit rate of ${name}`,
            namespace: "AWS/ElastiCache",
            name: "CacheHitRate",
            dimensions: {
              ReplicationGroupId: attribute(`aws_elasticache_replication_group.${localName(name)}.id`),
            },
            statistic: "Average",
            below: true,
          },
        ]
      : [],
  );
}
