import { blocks } from "../reachability/evaluate.ts";
import { type Arguments, inBlock, isGiven, of, says } from "./requirement.ts";

const RDS = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference";
const DOCUMENTDB = "https://docs.aws.amazon.com/documentdb/latest/developerguide";
const ELASTICACHE = "https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference";
const S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API";
const SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/apireference";

/** What is made from another database has its data, its user and its size from there. */
const SOURCES = ["replicate_source_db", "snapshot_identifier", "restore_to_point_in_time", "s3_import"];
const isMadeFromNothing = (args: Arguments) => !SOURCES.some((source) => isGiven(args[source]));
const keepsLastSnapshot = (args: Arguments) => args["skip_final_snapshot"] !== true;
const isWatchedClosely = (args: Arguments) => Number(args["monitoring_interval"] ?? 0) > 0;

const LAST_SNAPSHOT = "a database is destroyed only with a name for its last snapshot, or without a snapshot";
const MONITORING = "Enhanced Monitoring writes by a role";

export const DATA = [
  ...of("aws_db_instance", `${RDS}/API_CreateDBInstance.html`, [
    { oneOf: ["engine"], when: isMadeFromNothing, why: "a new database has an engine" },
    { oneOf: ["allocated_storage"], when: isMadeFromNothing, why: "a new database has a size" },
    { oneOf: ["username"], when: isMadeFromNothing, why: "a new database has a first user" },
    {
      oneOf: ["manage_master_user_password", "password", "password_wo"],
      when: isMadeFromNothing,
      why: "the first user has a password, best one that AWS makes",
    },
    { oneOf: ["iops"], when: says("storage_type", "io1", "io2"), why: "provisioned IOPS have a number" },
    { oneOf: ["monitoring_role_arn"], when: isWatchedClosely, why: MONITORING },
  ]),
  ...of("aws_db_instance", `${RDS}/API_DeleteDBInstance.html`, [
    {
      oneOf: ["final_snapshot_identifier"],
      when: (args) => keepsLastSnapshot(args) && !isGiven(args["replicate_source_db"]),
      why: LAST_SNAPSHOT,
    },
  ]),
  ...of("aws_rds_cluster", `${RDS}/API_CreateDBCluster.html`, [
    { oneOf: ["master_username"], when: isMadeFromNothing, why: "a new cluster has a first user" },
    {
      oneOf: ["manage_master_user_password", "master_password", "master_password_wo"],
      when: isMadeFromNothing,
      why: "the first user has a password, best one that AWS makes",
    },
  ]),
  ...of("aws_rds_cluster", `${RDS}/API_DeleteDBCluster.html`, [
    { oneOf: ["final_snapshot_identifier"], when: keepsLastSnapshot, why: LAST_SNAPSHOT },
  ]),
  ...of("aws_rds_cluster_instance", `${RDS}/API_CreateDBInstance.html`, [
    { oneOf: ["monitoring_role_arn"], when: isWatchedClosely, why: MONITORING },
  ]),
  ...of("aws_docdb_cluster", `${DOCUMENTDB}/API_CreateDBCluster.html`, [
    { oneOf: ["master_username"], when: isMadeFromNothing, why: "a new cluster has a first user" },
    {
      oneOf: ["manage_master_user_password", "master_password", "master_password_wo"],
      when: isMadeFromNothing,
      why: "the first user has a password, best one that AWS makes",
    },
  ]),
  ...of("aws_docdb_cluster", `${DOCUMENTDB}/API_DeleteDBCluster.html`, [
    { oneOf: ["final_snapshot_identifier"], when: keepsLastSnapshot, why: LAST_SNAPSHOT },
  ]),
  ...of("aws_elasticache_replication_group", `${ELASTICACHE}/API_CreateReplicationGroup.html`, [
    {
      oneOf: ["node_type", "global_replication_group_id"],
      why: "nodes have a type, their own or the global group's",
    },
    {
      oneOf: ["num_cache_clusters", "num_node_groups", "global_replication_group_id"],
      why: "a group has a number of nodes",
    },
    {
      oneOf: ["automatic_failover_enabled"],
      when: says("multi_az_enabled", true),
      why: "several zones are for automatic failover only",
    },
  ]),
  ...of("aws_s3_bucket_acl", `${S3}/API_PutBucketAcl.html`, [
    { oneOf: ["acl", "access_control_policy"], why: "an ACL is a canned one, or is written out" },
  ]),
  ...inBlock(
    "aws_s3_bucket_lifecycle_configuration",
    "rule",
    `${S3}/API_PutBucketLifecycleConfiguration.html`,
    [
      {
        oneOf: [
          "expiration",
          "transition",
          "noncurrent_version_expiration",
          "noncurrent_version_transition",
          "abort_incomplete_multipart_upload",
        ],
        why: "a rule does something",
      },
    ],
  ),
  ...inBlock("aws_s3_bucket_replication_configuration", "rule", `${S3}/API_PutBucketReplication.html`, [
    {
      oneOf: ["delete_marker_replication"],
      when: (rule) => isGiven(rule["filter"]),
      why: "a rule with a filter says what becomes of delete markers",
    },
    {
      oneOf: ["source_selection_criteria"],
      when: (rule) => blocks(rule["destination"]).some((to) => isGiven(to["encryption_configuration"])),
      why: "a copy under another key is of objects that are selected for being encrypted",
    },
  ]),
  ...of("aws_secretsmanager_secret_version", `${SECRETS}/API_PutSecretValue.html`, [
    { oneOf: ["secret_string", "secret_string_wo", "secret_binary"], why: "a version has a value" },
  ]),
  ...inBlock("aws_secretsmanager_secret_rotation", "rotation_rules", `${SECRETS}/API_RotateSecret.html`, [
    { oneOf: ["automatically_after_days", "schedule_expression"], why: "a rotation has a schedule" },
  ]),
];
