import type { ResolvedStore } from "#model/architecture.ts";
import { logRetention } from "../durations.ts";
import { localName } from "../names.ts";
import {
  BACKUP_WINDOW,
  backupRetention,
  DATABASE_NAME,
  type DatabaseTools,
  finalSnapshot,
  MAINTENANCE_WINDOW,
  MASTER_USER,
  masterCredentials,
  type StoreAddress,
  storageKey,
  subnetIds,
} from "./database.ts";

type DocumentDb = Extract<ResolvedStore, { readonly kind: "documentdb" }>;

const PORT = 27_017;

/**
 * A DocumentDB cluster: a primary, and replicas of which one takes over.
 * https://docs.aws.amazon.com/documentdb/latest/developerguide/replication.html
 */
export function documentDbOf(tools: DatabaseTools, store: string, declared: DocumentDb): StoreAddress {
  const { context, vpc, keys, group } = tools;
  const { architecture, stack, name } = context;
  const add = stack.file("data");
  const local = localName(store);
  const subnetGroup = add("aws_docdb_subnet_group", local, {
    name: name(store),
    subnet_ids: subnetIds(vpc, declared),
  });
  const parameters = add("aws_docdb_cluster_parameter_group", local, {
    name: name(store),
    family: `docdb${declared.version.split(".").slice(0, 2).join(".")}`,
    parameter: [
      { name: "tls", value: declared.encryption.inTransit === "required" ? "enabled" : "disabled" },
      ...(declared.logExports.includes("audit") ? [{ name: "audit_logs", value: "enabled" }] : []),
      ...(declared.logExports.includes("profiler") ? [{ name: "profiler", value: "enabled" }] : []),
      // Streams are kept for a day, so that a reader may be away for that long.
      ...(declared.changeStreams ? [{ name: "change_stream_log_retention_duration", value: "86400" }] : []),
      ...Object.entries(declared.parameters).map(([parameter, value]) => ({ name: parameter, value })),
    ],
  });
  const cluster = add("aws_docdb_cluster", local, {
    cluster_identifier: name(store),
    engine: "docdb",
    engine_version: versionOf(declared),
    master_username: MASTER_USER,
    manage_master_user_password: true,
    port: PORT,
    db_subnet_group_name: subnetGroup.ref("name"),
    vpc_security_group_ids: [group.ref("id")],
    db_cluster_parameter_group_name: parameters.ref("name"),
    storage_encrypted: declared.encryption.atRest !== "none",
    kms_key_id: storageKey(declared, keys, "databases"),
    backup_retention_period: backupRetention(declared),
    preferred_backup_window: BACKUP_WINDOW,
    preferred_maintenance_window: MAINTENANCE_WINDOW,
    deletion_protection: declared.deletionProtection,
    ...finalSnapshot(context, store, declared),
    enabled_cloudwatch_logs_exports: declared.logExports.length > 0 ? declared.logExports : undefined,
    tags: { Name: name(store), Classification: declared.classification },
  });
  for (const log of declared.logExports)
    stack.file("observability")("aws_cloudwatch_log_group", localName(store, log), {
      name: `/aws/docdb/${name(store)}/${log}`,
      retention_in_days: logRetention(architecture.observability.logs.retention),
      kms_key_id: keys.arn("logs"),
    });
  const instances =
    1 + Math.max(declared.readReplicas, declared.multiZone ? architecture.zoneNames.length - 1 : 0);
  for (let at = 0; at < instances; at++)
    add("aws_docdb_cluster_instance", localName(store, String(at + 1)), {
      identifier: name(store, String(at + 1)),
      cluster_identifier: cluster.ref("id"),
      instance_class: declared.instance,
      availability_zone: architecture.zoneNames[at % architecture.zoneNames.length],
      promotion_tier: Math.min(at, 15),
      enable_performance_insights: declared.insights ? true : undefined,
      tags: { Name: name(store, String(at + 1)), Classification: declared.classification },
    });
  const credentials = masterCredentials(context, store, declared, cluster);
  return {
    host: cluster.ref("endpoint"),
    reader: cluster.ref("reader_endpoint"),
    port: PORT,
    database: DATABASE_NAME,
    // The driver finds all members by the set's name; retryable writes are not supported.
    parameters: `?replicaSet=rs0&retryWrites=false${declared.encryption.inTransit === "required" ? "&tls=true" : ""}`,
    credentials,
  };
}

/** DocumentDB names its versions in full: `5.0.0`. */
function versionOf({ version }: DocumentDb): string {
  return version.split(".").length === 2 ? `${version}.0` : version;
}
