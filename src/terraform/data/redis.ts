import type { ResolvedStore } from "#model/architecture.ts";
import { days, logRetention } from "../durations.ts";
import { fitted, localName } from "../names.ts";
import { scheduleSnapshots } from "./redis-snapshots.ts";
import { type DatabaseTools, MAINTENANCE_WINDOW, type StoreAddress, subnetIds } from "./database.ts";

type Redis = Extract<ResolvedStore, { readonly kind: "redis" }>;

const PORT = 6379;
const DAY_MS = 86_400_000;
/** https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html */
const LONGEST_ID = 40;
const SNAPSHOT_WINDOW = "02:00-03:00";

/** What may be thrown away when memory is full: nothing, where a queue or sessions live beside what is only cached. */
function evictionPolicy({ purposes }: Redis): string {
  if (purposes.includes("queue")) return "noeviction";
  return purposes.every((purpose) => purpose === "response-cache" || purpose === "rules-cache")
    ? "allkeys-lru"
    : "volatile-lru";
}

/**
 * A replication group: a primary, and replicas in other zones of which one takes over.
 * https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoFailover.html
 */
export function redisOf(tools: DatabaseTools, store: string, declared: Redis): StoreAddress {
  const { context, vpc, keys, group } = tools;
  const { architecture, stack, name } = context;
  const add = stack.file("data");
  const local = localName(store);
  const subnetGroup = add("aws_elasticache_subnet_group", local, {
    name: name(store),
    subnet_ids: subnetIds(vpc, declared),
  });
  const parameters = add(
    "aws_elasticache_parameter_group",
    local,
    {
      name: name(store),
      family: `redis${declared.version.split(".")[0]}`,
      parameter: [{ name: "maxmemory-policy", value: evictionPolicy(declared) }],
    },
    declared.appendOnlyFile
      ? {
          comment:
            "ElastiCache offers no append-only file from Redis 2.8.22 on: replicas in other zones and snapshots stand in for it.",
        }
      : {},
  );
  const log = add("aws_cloudwatch_log_group", local, {
    name: `/elasticache/${name(store)}/slow`,
    retention_in_days: logRetention(architecture.observability.logs.retention),
    kms_key_id: keys.arn("logs"),
  });
  const nodes = 1 + Math.max(declared.readReplicas, declared.multiZone ? 1 : 0);
  const replication = add("aws_elasticache_replication_group", local, {
    replication_group_id: fitted(name(store), LONGEST_ID),
    description: `${name(store)}: ${declared.purposes.join(", ")}`,
    engine: "redis",
    engine_version: declared.version,
    node_type: declared.instance,
    num_cache_clusters: nodes,
    port: PORT,
    parameter_group_name: parameters.ref("name"),
    subnet_group_name: subnetGroup.ref("name"),
    security_group_ids: [group.ref("id")],
    multi_az_enabled: declared.multiZone,
    automatic_failover_enabled: nodes > 1,
    at_rest_encryption_enabled: String(declared.encryption.atRest !== "none"),
    kms_key_id: declared.encryption.atRest === "kms" ? keys.arn("databases") : undefined,
    transit_encryption_enabled: declared.encryption.inTransit === "required",
    ...keptSnapshots(declared),
    maintenance_window: MAINTENANCE_WINDOW,
    auto_minor_version_upgrade: "true",
    log_delivery_configuration: {
      destination: log.ref("name"),
      destination_type: "cloudwatch-logs",
      log_format: "json",
      log_type: "slow-log",
    },
    tags: { Name: name(store), Classification: declared.classification },
  });
  if (declared.snapshots && declared.snapshots.every < DAY_MS)
    scheduleSnapshots(context, store, declared.snapshots.every, replication);
  return {
    host: replication.ref("primary_endpoint_address"),
    reader: replication.ref("reader_endpoint_address"),
    port: PORT,
    database: null,
    parameters: "",
    credentials: null,
  };
}

/** ElastiCache takes one automatic snapshot a day. */
function keptSnapshots({ snapshots }: Redis) {
  if (!snapshots) return {};
  return {
    snapshot_retention_limit: Math.min(35, days(snapshots.retention)),
    snapshot_window: SNAPSHOT_WINDOW,
  };
}
