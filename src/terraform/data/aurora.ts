import type { ResolvedStore } from "#model/architecture.ts";
import { logRetention } from "../durations.ts";
import { localName } from "../names.ts";
import {
  BACKUP_WINDOW,
  backupRetention,
  DATABASE_NAME,
  type DatabaseTools,
  finalSnapshot,
  insightsOf,
  MAINTENANCE_WINDOW,
  MASTER_USER,
  masterCredentials,
  parametersOf,
  type StoreAddress,
  storageKey,
  subnetIds,
  tlsParameters,
} from "./database.ts";

type Postgresql = Extract<ResolvedStore, { readonly kind: "postgresql" }>;

const PORT = 5432;

/**
 * An Aurora cluster: storage in three zones, one writer, and readers of which the first takes over.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
 */
export function auroraOf(tools: DatabaseTools, store: string, declared: Postgresql): StoreAddress {
  const { context, vpc, keys, group } = tools;
  const { architecture, stack, name } = context;
  const add = stack.file("data");
  const local = localName(store);
  const subnetGroup = add("aws_db_subnet_group", local, {
    name: name(store),
    subnet_ids: subnetIds(vpc, declared),
  });
  const parameters = add(
    "aws_rds_cluster_parameter_group",
    local,
    {
      name_prefix: `${name(store)}-`,
      family: `aurora-postgresql${declared.version.split(".")[0]}`,
      parameter: parametersOf(declared),
    },
    { lifecycle: { createBeforeDestroy: true } },
  );
  const cluster = add("aws_rds_cluster", local, {
    cluster_identifier: name(store),
    engine: "aurora-postgresql",
    engine_version: declared.version,
    database_name: DATABASE_NAME,
    master_username: MASTER_USER,
    manage_master_user_password: true,
    master_user_secret_kms_key_id: keys.arn("secrets"),
    port: PORT,
    db_subnet_group_name: subnetGroup.ref("name"),
    vpc_security_group_ids: [group.ref("id")],
    db_cluster_parameter_group_name: parameters.ref("name"),
    storage_encrypted: declared.encryption.atRest !== "none",
    kms_key_id: storageKey(declared, keys, "databases"),
    backup_retention_period: backupRetention(declared),
    preferred_backup_window: BACKUP_WINDOW,
    preferred_maintenance_window: MAINTENANCE_WINDOW,
    copy_tags_to_snapshot: true,
    deletion_protection: declared.deletionProtection,
    ...finalSnapshot(context, store, declared),
    enabled_cloudwatch_logs_exports: declared.logExports.includes("postgresql") ? ["postgresql"] : undefined,
    tags: { Name: name(store), Classification: declared.classification },
  });
  if (declared.logExports.includes("postgresql"))
    stack.file("observability")("aws_cloudwatch_log_group", localName(store, "postgresql"), {
      name: `/aws/rds/cluster/${name(store)}/postgresql`,
      retention_in_days: logRetention(architecture.observability.logs.retention),
      kms_key_id: keys.arn("logs"),
    });

  // Aurora has no standby that only waits: whoever is to take over can be read from meanwhile.
  const readers = Math.max(declared.readReplicas, declared.multiZone ? 1 : 0);
  for (let at = 0; at <= readers; at++) {
    const part = at === 0 ? "writer" : `reader-${at}`;
    add("aws_rds_cluster_instance", localName(store, part), {
      identifier: name(store, part),
      cluster_identifier: cluster.ref("id"),
      engine: cluster.ref("engine"),
      engine_version: cluster.ref("engine_version"),
      instance_class: declared.instance,
      availability_zone: architecture.zoneNames[at % architecture.zoneNames.length],
      promotion_tier: Math.min(at, 15),
      publicly_accessible: declared.publicAccess,
      auto_minor_version_upgrade: true,
      ca_cert_identifier: "rds-ca-rsa2048-g1",
      ...insightsOf(tools, declared),
      tags: { Name: name(store, part), Classification: declared.classification },
    });
  }
  const credentials = masterCredentials(context, store, declared, cluster);
  return {
    host: cluster.ref("endpoint"),
    reader: cluster.ref("reader_endpoint"),
    port: PORT,
    database: DATABASE_NAME,
    parameters: tlsParameters(declared),
    credentials,
  };
}
