import type { ResolvedStore } from "#model/architecture.ts";
import { type Context } from "../context.ts";
import { days, seconds } from "../durations.ts";
import { type Expression, raw } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Vpc } from "../network/vpc.ts";
import type { KeyPurpose, Keys } from "../security/keys.ts";
import { trust } from "../security/policies.ts";
import type { Resource } from "../stack.ts";

export type Database = Extract<ResolvedStore, { readonly kind: "postgresql" | "mysql" | "documentdb" }>;

/** How services reach a store, whatever it is. */
export interface StoreAddress {
  readonly host: Expression<string>;
  /** Of copies that may lag; the writer's where there are none. */
  readonly reader: Expression<string>;
  readonly port: number;
  /** The database's name; null where there is none to name. */
  readonly database: string | null;
  /** What a client has to know beside the address, such as that TLS is required: `?sslmode=require`. */
  readonly parameters: string;
  /** The secret that AWS keeps the user's name and password in; null where there is no user. */
  readonly credentials: Expression<string> | null;
}

/** What every kind of database is made with. */
export interface DatabaseTools {
  readonly context: Context;
  readonly vpc: Vpc;
  readonly keys: Keys;
  readonly group: Resource<"aws_security_group">;
}

/** The user that AWS makes with a database. `admin` and its like are reserved by some engines. */
export const MASTER_USER = "plumbline";

/** The name of the database inside the server. */
export const DATABASE_NAME = "app";

/** In UTC, when the reference architectures have least to do; no window touches another. */
export const BACKUP_WINDOW = "03:00-04:00";
export const MAINTENANCE_WINDOW = "sun:04:30-sun:05:30";

/** RDS shows what the operating system does once a minute. */
const MONITORING_INTERVAL_S = 60;

/** AWS's free tier of Performance Insights keeps a week. */
const INSIGHTS_RETENTION_DAYS = 7;

/** AWS keeps automated backups from 1 to 35 days; longer ones are AWS Backup's. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.html */
export function backupRetention({ backup }: Database): number {
  return Math.min(35, days(backup.retention));
}

/** The key for data at rest; undefined for AWS's own. */
export function storageKey(
  { encryption }: Database,
  keys: Keys,
  purpose: KeyPurpose,
): Expression<string> | undefined {
  return encryption.atRest === "kms" ? keys.arn(purpose) : undefined;
}

/** What happens to the last data when the store is destroyed. */
export function finalSnapshot(context: Context, store: string, { backup }: Database) {
  return backup.finalSnapshot
    ? { skip_final_snapshot: false, final_snapshot_identifier: context.name(store, "final") }
    : { skip_final_snapshot: true };
}

/** The role by which RDS sends the operating system's figures. https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html */
function monitoringRole({ stack, name }: Context): Resource<"aws_iam_role"> {
  const made = stack.find("aws_iam_role", "database_monitoring");
  if (made) return made;
  const add = stack.file("data");
  const role = add("aws_iam_role", "database_monitoring", {
    name: name("database-monitoring"),
    assume_role_policy: trust("monitoring.rds.amazonaws.com"),
  });
  add("aws_iam_role_policy_attachment", "database_monitoring", {
    role: role.ref("name"),
    policy_arn: "arn:aws:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole",
  });
  return role;
}

/** The secret that AWS keeps the master user's name and password in, changed as often as the architecture says; a week is AWS's own. */
export function masterCredentials(
  { stack }: Context,
  store: string,
  { rotation }: Database,
  made: Pick<Resource, "address">,
): Expression<string> {
  const secret = raw<string>(`${made.address}.master_user_secret[0].secret_arn`);
  if (rotation !== undefined)
    stack.file("secrets")("aws_secretsmanager_secret_rotation", localName(store), {
      secret_id: secret,
      rotate_immediately: false,
      rotation_rules: { automatically_after_days: Math.max(1, Math.floor(seconds(rotation) / 86_400)) },
    });
  return secret;
}

/** Performance Insights and the operating system's figures, with the same arguments on RDS and on Aurora. */
export function insightsOf({ context, keys }: DatabaseTools, { insights }: Database) {
  if (!insights) return {};
  return {
    performance_insights_enabled: true,
    performance_insights_retention_period: INSIGHTS_RETENTION_DAYS,
    performance_insights_kms_key_id: keys.arn("databases"),
    monitoring_interval: MONITORING_INTERVAL_S,
    monitoring_role_arn: monitoringRole(context).ref("arn"),
  };
}

/** Parameters that only count after a restart of the server have to be said so, or the plan never comes to rest. */
const STATIC_PARAMETERS: ReadonlySet<string> = new Set([
  "rds.force_ssl",
  "rds.logical_replication",
  "shared_buffers",
  "max_connections",
  "shared_preload_libraries",
]);

/** By which parameter a server refuses clients without TLS. */
const TLS_PARAMETER = { postgresql: "rds.force_ssl", mysql: "require_secure_transport" } as const;

/** What the architecture sets, and what it says about encryption in transit. */
export function parametersOf({
  kind,
  encryption,
  parameters,
}: Exclude<Database, { readonly kind: "documentdb" }>) {
  const tls = encryption.inTransit === "required" ? "1" : "0";
  return Object.entries({ [TLS_PARAMETER[kind]]: tls, ...parameters }).map(([name, value]) => ({
    name,
    value,
    apply_method: STATIC_PARAMETERS.has(name) ? "pending-reboot" : "immediate",
  }));
}

/** The networks that a store is in. */
export function subnetIds({ subnets }: Vpc, store: Pick<Database, "subnets">): Expression<string>[] {
  const tier = subnets[store.subnets].length > 0 ? store.subnets : "private";
  return subnets[tier].map((subnet) => subnet.ref("id"));
}

/** How clients of an SQL database are told to use TLS. */
export function tlsParameters({ kind, encryption }: Pick<Database, "kind" | "encryption">): string {
  if (encryption.inTransit !== "required") return "";
  return kind === "postgresql" ? "?sslmode=require" : "?ssl-mode=REQUIRED";
}
