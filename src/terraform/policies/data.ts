import { isExpression } from "../hcl/expression.ts";
import { blocks, ofType, referred } from "../reachability/evaluate.ts";
import { type Arguments, each, must, type Policy } from "./policy.ts";

const isReader = (args: Arguments) => isExpression(args["replicate_source_db"]);
/** A reader has these from its primary. */
const notReader = (check: (args: Arguments) => string | null) => (args: Arguments) =>
  isReader(args) ? null : check(args);

const BACKED_UP = ["aws_db_instance", "aws_rds_cluster", "aws_docdb_cluster"] as const;

/** Parameters by which each engine refuses clients without TLS. */
const TLS_PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  "rds.force_ssl": ["1"],
  require_secure_transport: ["1", "ON"],
  tls: ["enabled", "tls1.2+", "tls1.3+", "fips-140-3"],
};

function enforcesTls(args: Arguments): string | null {
  const isEnforced = blocks(args["parameter"]).some(({ name, value }) =>
    TLS_PARAMETERS[String(name)]?.includes(String(value)),
  );
  return isEnforced ? null : "no parameter refuses clients without TLS";
}

export const DATA_POLICIES: readonly Policy[] = [
  {
    id: "database-encrypted",
    severity: "high",
    title: "Databases are encrypted at rest",
    references: { cis: "2.3.1", pciDss: "3.5.1", hipaa: "164.312(a)(2)(iv)", soc2: "CC6.1" },
    remedy: 'stores.<name>.encryption: { atRest: "kms" }',
    violations: each([...BACKED_UP], must("storage_encrypted", true, "storage_encrypted is not true")),
  },
  {
    id: "database-private",
    severity: "high",
    title: "Databases have no address on the internet",
    references: { cis: "2.3.3", pciDss: "1.4.4", hipaa: "164.312(a)(1)", soc2: "CC6.6" },
    remedy: "stores.<name>.publicAccess: false",
    violations: each(["aws_db_instance", "aws_rds_cluster_instance"], (args) =>
      args["publicly_accessible"] === true ? "publicly_accessible is true" : null,
    ),
  },
  {
    id: "database-tls",
    severity: "high",
    title: "Databases refuse clients without TLS",
    references: { pciDss: "4.2.1", hipaa: "164.312(e)(1)", soc2: "CC6.7" },
    remedy: 'stores.<name>.encryption: { inTransit: "required" }, and no parameter that takes it back',
    violations: each(
      ["aws_db_parameter_group", "aws_rds_cluster_parameter_group", "aws_docdb_cluster_parameter_group"],
      enforcesTls,
    ),
  },
  {
    id: "database-backup",
    severity: "high",
    title: "Databases are backed up for at least a week",
    references: { pciDss: "12.10.1", hipaa: "164.308(a)(7)(ii)(A)", soc2: "A1.2" },
    remedy: 'stores.<name>.backup: { retention: "7d" }',
    violations: each(
      [...BACKED_UP],
      notReader((args) => {
        const kept = Number(args["backup_retention_period"] ?? 0);
        return kept >= 7 ? null : `backups are kept for ${kept} days`;
      }),
    ),
  },
  {
    id: "database-multi-az",
    severity: "medium",
    title: "Databases have a standby in another zone",
    references: { cis: "2.3.4", hipaa: "164.308(a)(7)(ii)(C)", soc2: "A1.2" },
    remedy: "stores.<name>.multiZone: true",
    violations: each(["aws_db_instance"], notReader(must("multi_az", true, "multi_az is not true"))),
  },
  {
    id: "database-deletion-protection",
    severity: "medium",
    title: "Databases are protected from deletion",
    references: { hipaa: "164.308(a)(7)(ii)(A)", soc2: "A1.2" },
    remedy: "stores.<name>.deletionProtection: true",
    violations: each([...BACKED_UP], must("deletion_protection", true, "deletion_protection is not true")),
  },
  {
    id: "database-final-snapshot",
    severity: "medium",
    title: "A database that is deleted leaves a snapshot",
    references: { soc2: "A1.2" },
    remedy: "stores.<name>.backup: { finalSnapshot: true }",
    violations: each(
      [...BACKED_UP],
      notReader(must("skip_final_snapshot", false, "skip_final_snapshot is true")),
    ),
  },
  {
    id: "database-minor-upgrades",
    severity: "low",
    title: "Databases take minor upgrades by themselves",
    references: { cis: "2.3.2", pciDss: "6.3.3", soc2: "CC7.1" },
    remedy: 'terraform: { "aws_db_instance.<name>": { auto_minor_version_upgrade: true } }',
    violations: each(
      ["aws_db_instance", "aws_rds_cluster_instance"],
      must("auto_minor_version_upgrade", true, "auto_minor_version_upgrade is not true"),
    ),
  },
  {
    id: "database-logs",
    severity: "low",
    title: "Databases' logs are kept outside of them",
    references: { pciDss: "10.2.1", hipaa: "164.312(b)", soc2: "CC7.2" },
    remedy:
      'stores.<name>.logExports: ["postgresql", "upgrade"] (PostgreSQL), ["error", "slowquery"] (MySQL), ["audit", "profiler"] (DocumentDB)',
    violations: each(
      [...BACKED_UP],
      notReader((args) =>
        Array.isArray(args["enabled_cloudwatch_logs_exports"]) ? null : "no log is exported",
      ),
    ),
  },
  {
    id: "database-password-managed",
    severity: "high",
    title: "AWS keeps and rotates the databases' passwords",
    references: { pciDss: "8.3.9", hipaa: "164.308(a)(5)(ii)(D)", soc2: "CC6.1" },
    remedy: "take the override of the password away",
    violations: each(
      [...BACKED_UP],
      notReader(must("manage_master_user_password", true, "a password of its own is set")),
    ),
  },
  {
    id: "cache-encrypted",
    severity: "high",
    title: "Caches are encrypted at rest and in transit",
    references: { pciDss: "3.5.1, 4.2.1", hipaa: "164.312(e)(1)", soc2: "CC6.1, CC6.7" },
    remedy: 'stores.<name>.encryption: { atRest: "kms", inTransit: "required" }',
    violations: each(["aws_elasticache_replication_group"], (args) =>
      args["at_rest_encryption_enabled"] !== "true"
        ? "it is not encrypted at rest"
        : args["transit_encryption_enabled"] === true
          ? null
          : "clients may come without TLS",
    ),
  },
  {
    id: "cache-failover",
    severity: "medium",
    title: "Caches fail over to another zone",
    references: { hipaa: "164.308(a)(7)(ii)(C)", soc2: "A1.2" },
    remedy: "stores.<name>.multiZone: true",
    violations: each(
      ["aws_elasticache_replication_group"],
      must("multi_az_enabled", true, "it is in one zone"),
    ),
  },
  {
    id: "bucket-private",
    severity: "high",
    title: "Buckets let nobody in from outside",
    references: { cis: "2.1.4", pciDss: "1.4.4", hipaa: "164.312(a)(1)", soc2: "CC6.6" },
    remedy: "take the override of the public access block away",
    violations: each(["aws_s3_bucket"], (_, stack, address) => {
      const block = ofType(stack, "aws_s3_bucket_public_access_block").find(
        ({ args }) => referred(args["bucket"]) === address,
      );
      const settings = [
        "block_public_acls",
        "block_public_policy",
        "ignore_public_acls",
        "restrict_public_buckets",
      ];
      return block && settings.every((setting) => block.args[setting] === true)
        ? null
        : "public access is not blocked in every way";
    }),
  },
  {
    id: "bucket-tls",
    severity: "high",
    title: "Buckets refuse requests without TLS",
    references: { cis: "2.1.1", pciDss: "4.2.1", hipaa: "164.312(e)(1)", soc2: "CC6.7" },
    remedy: "take the override of the bucket's policy away",
    violations: each(["aws_s3_bucket"], (_, stack, address) => {
      const policy = ofType(stack, "aws_s3_bucket_policy").find(
        ({ args }) => referred(args["bucket"]) === address,
      );
      return policy && JSON.stringify(policy.args).includes("aws:SecureTransport")
        ? null
        : "no policy denies plain HTTP";
    }),
  },
  {
    id: "bucket-encrypted",
    severity: "medium",
    title: "Buckets are encrypted at rest",
    references: { pciDss: "3.5.1", hipaa: "164.312(a)(2)(iv)", soc2: "CC6.1" },
    remedy: 'stores.<name>.encryption: { atRest: "kms" }',
    violations: each(["aws_s3_bucket"], (_, stack, address) =>
      ofType(stack, "aws_s3_bucket_server_side_encryption_configuration").some(
        ({ args }) => referred(args["bucket"]) === address,
      )
        ? null
        : "no encryption is configured",
    ),
  },
  {
    id: "key-rotation",
    severity: "medium",
    title: "Keys are rotated every year",
    references: { cis: "3.6", pciDss: "3.7.4", hipaa: "164.312(a)(2)(iv)", soc2: "CC6.1" },
    remedy: "take the override of enable_key_rotation away",
    violations: each(["aws_kms_key"], must("enable_key_rotation", true, "enable_key_rotation is not true")),
  },
];
