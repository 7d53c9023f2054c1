import type { ResolvedStore } from "#model/architecture.ts";
import { logRetention } from "../durations.ts";
import { localName } from "../names.ts";
import type { ArgumentsOf, Resource } from "../stack.ts";
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

type Rds = Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" }>;

const GIB = 1024 ** 3;
const ENGINES = {
  postgresql: { engine: "postgres", port: 5432 },
  mysql: { engine: "mysql", port: 3306 },
} as const;

/**
 * A DB instance, with a standby in a second zone where the architecture has one, and its read replicas.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.MultiAZSingleStandby.html
 */
export function rdsOf(tools: DatabaseTools, store: string, declared: Rds): StoreAddress {
  const { context, vpc, keys, group } = tools;
  const { stack, name } = context;
  const add = stack.file("data");
  const local = localName(store);
  const { engine, port } = ENGINES[declared.kind];
  const subnetGroup = add("aws_db_subnet_group", local, {
    name: name(store),
    subnet_ids: subnetIds(vpc, declared),
  });
  const parameters = add(
    "aws_db_parameter_group",
    local,
    { name_prefix: `${name(store)}-`, family: familyOf(declared), parameter: parametersOf(declared) },
    { lifecycle: { createBeforeDestroy: true } },
  );
  const key = storageKey(declared, keys, "databases");
  const instance = add(
    "aws_db_instance",
    local,
    {
      identifier: name(store),
      engine,
      engine_version: declared.version,
      instance_class: declared.instance,
      db_name: DATABASE_NAME,
      username: MASTER_USER,
      manage_master_user_password: true,
      master_user_secret_kms_key_id: keys.arn("secrets"),
      port,
      ...storageOf(declared),
      storage_encrypted: declared.encryption.atRest !== "none",
      kms_key_id: key,
      multi_az: declared.multiZone,
      db_subnet_group_name: subnetGroup.ref("name"),
      vpc_security_group_ids: [group.ref("id")],
      publicly_accessible: declared.publicAccess,
      parameter_group_name: parameters.ref("name"),
      ca_cert_identifier: "rds-ca-rsa2048-g1",
      backup_retention_period: backupRetention(declared),
      backup_window: BACKUP_WINDOW,
      maintenance_window: MAINTENANCE_WINDOW,
      copy_tags_to_snapshot: true,
      delete_automated_backups: !declared.deletionProtection,
      deletion_protection: declared.deletionProtection,
      ...finalSnapshot(context, store, declared),
      auto_minor_version_upgrade: true,
      enabled_cloudwatch_logs_exports: declared.logExports.length > 0 ? declared.logExports : undefined,
      ...insightsOf(tools, declared),
      tags: { Name: name(store), Classification: declared.classification },
    },
    declared.multiZone
      ? { comment: "A standby in another zone has every write before it is acknowledged." }
      : {},
  );
  logGroupsOf(tools, store, declared);
  const replicas = replicasOf(tools, store, declared, instance);
  const credentials = masterCredentials(context, store, declared, instance);
  return {
    host: instance.ref("address"),
    reader: (replicas[0] ?? instance).ref("address"),
    port,
    database: DATABASE_NAME,
    parameters: tlsParameters(declared),
    credentials,
  };
}

function replicasOf(
  tools: DatabaseTools,
  store: string,
  declared: Rds,
  primary: Resource<"aws_db_instance">,
): Resource<"aws_db_instance">[] {
  const { context, keys, group } = tools;
  const { stack, name } = context;
  return Array.from({ length: declared.readReplicas }, (_, at) => {
    const part = `reader-${at + 1}`;
    return stack.file("data")("aws_db_instance", localName(store, part), {
      identifier: name(store, part),
      replicate_source_db: primary.ref("identifier"),
      instance_class: declared.instance,
      storage_type: declared.storage?.type,
      storage_encrypted: declared.encryption.atRest !== "none",
      kms_key_id: storageKey(declared, keys, "databases"),
      vpc_security_group_ids: [group.ref("id")],
      publicly_accessible: declared.publicAccess,
      auto_minor_version_upgrade: true,
      copy_tags_to_snapshot: true,
      // What it holds, the primary holds as well.
      skip_final_snapshot: true,
      deletion_protection: declared.deletionProtection,
      ...insightsOf(tools, declared),
      tags: { Name: name(store, part), Classification: declared.classification },
    });
  });
}

function storageOf({ storage }: Rds): Partial<ArgumentsOf<"aws_db_instance">> {
  if (!storage) return {};
  return {
    storage_type: storage.type,
    allocated_storage: Math.ceil(storage.size / GIB),
    max_allocated_storage: storage.max === undefined ? undefined : Math.ceil(storage.max / GIB),
    iops: storage.iops,
  };
}

/** RDS would make these groups itself, and keep what is in them for ever. */
function logGroupsOf({ context, keys }: DatabaseTools, store: string, { logExports }: Rds): void {
  const { architecture, stack, name } = context;
  for (const log of logExports)
    stack.file("observability")("aws_cloudwatch_log_group", localName(store, log), {
      name: `/aws/rds/instance/${name(store)}/${log}`,
      retention_in_days: logRetention(architecture.observability.logs.retention),
      kms_key_id: keys.arn("logs"),
    });
}

/** `postgres15`, `mysql8.0` */
function familyOf({ kind, version }: Rds): string {
  if (kind === "postgresql") return `postgres${version.split(".")[0]}`;
  return `mysql${version.split(".").slice(0, 2).join(".")}`;
}
