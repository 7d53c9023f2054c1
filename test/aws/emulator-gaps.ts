import { changed, type Gap, ignored, leftOut, lifted } from "./gap.ts";

/** https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html */
const CACHING_OPTIMIZED = "658327ea-f89d-4fab-a63d-7e88639e58f6";

/** What Enhanced Monitoring and Performance Insights are told. */
const MONITORING = [
  "monitoring_interval",
  "monitoring_role_arn",
  "performance_insights_enabled",
  "performance_insights_kms_key_id",
  "performance_insights_retention_period",
] as const;

/**
 * Where moto is not AWS. Whatever is not in this table is applied as users apply it, and a second plan changes nothing of it.
 * An entry that moto needs no more fails `npm run test:aws`.
 */
export const EMULATOR_GAPS: readonly Gap[] = [
  leftOut("aws_appautoscaling_target", "moto does not have Application Auto Scaling's ListTagsForResource."),
  leftOut("aws_backup_selection", "moto does not have AWS Backup's CreateBackupSelection."),
  leftOut("aws_cloudfront_cache_policy", "moto does not have CloudFront's CreateCachePolicy."),
  leftOut("aws_docdb_cluster", "moto does not have the engine docdb."),
  leftOut("aws_ec2_client_vpn_endpoint", "moto does not have EC2's CreateClientVpnEndpoint."),
  leftOut("aws_eks_addon", "moto does not have EKS's CreateAddon."),
  leftOut("aws_elasticache_parameter_group", "moto does not have ElastiCache's CreateCacheParameterGroup."),
  leftOut("aws_elasticache_subnet_group", "moto does not have ElastiCache's DeleteCacheSubnetGroup."),
  leftOut(
    "aws_guardduty_detector_feature",
    "moto's UpdateDetector forgets the features that a request does not name.",
  ),
  leftOut("aws_s3_bucket_logging", "moto cannot read a bucket policy whose principal is everybody."),
  leftOut("aws_secretsmanager_secret_rotation", "moto cancels no rotation but those by a Lambda function."),
  leftOut(
    "aws_sfn_state_machine",
    "moto does not have Step Functions' ValidateStateMachineDefinition and ListStateMachineVersions.",
  ),
  leftOut("aws_securityhub_account", "moto does not have Security Hub's UpdateSecurityHubConfiguration."),
  leftOut(
    "aws_db_instance",
    "moto gives a replica the resource identifier of its primary, by which the provider finds instances.",
    ({ replicate_source_db }) => replicate_source_db !== undefined,
  ),
  changed(
    "aws_cloudtrail",
    () => ({ enable_logging: false }),
    "moto's StartLogging does not know a trail by its ARN.",
  ),
  changed(
    "aws_cloudfront_distribution",
    ({ default_cache_behavior: behavior, origin }) => ({
      default_cache_behavior: {
        ...behavior,
        cache_policy_id: CACHING_OPTIMIZED,
        target_origin_id: [origin].flat()[0]?.origin_id ?? "",
      },
    }),
    "moto has neither the cache policy that it refers to, nor groups of origins.",
  ),
  lifted("aws_db_instance", () => ({ deletion_protection: false }), "What is applied is destroyed."),
  lifted("aws_rds_cluster", () => ({ deletion_protection: false }), "What is applied is destroyed."),

  ignored(
    "aws_autoscaling_group",
    ["availability_zone_distribution", "default_instance_warmup", "instance_maintenance_policy"],
    "moto does not keep them.",
  ),
  ignored(
    "aws_autoscaling_group",
    ["capacity_reservation_specification"],
    "moto says something of capacity reservations where there are none.",
  ),
  ignored(
    "aws_autoscaling_policy",
    ["enabled", "predictive_scaling_configuration"],
    "moto does not say that a policy is enabled, and says something of predictive scaling where there is none.",
  ),
  ignored(
    "aws_backup_plan",
    ["tags_all"],
    "moto looks for the ARN in another part of the path where tags are listed, and finds none.",
  ),
  ignored(
    "aws_backup_vault",
    ["tags_all"],
    "moto looks for the ARN in another part of the path where tags are listed, and finds none.",
  ),
  ignored("aws_db_instance", MONITORING, "moto does not keep them."),
  ignored(
    "aws_cloudfront_distribution",
    ["default_cache_behavior", "ordered_cache_behavior"],
    "moto says what is forwarded where a cache policy says that.",
  ),
  ignored(
    "aws_cloudfront_distribution",
    ["origin", "viewer_certificate"],
    "moto keeps no origin access control, and says that every certificate is CloudFront's own.",
  ),
  ignored("aws_db_parameter_group", ["parameter"], "moto does not say which parameters the user has set."),
  ignored(
    "aws_ecs_service",
    [
      "availability_zone_rebalancing",
      "capacity_provider_strategy",
      "enable_ecs_managed_tags",
      "health_check_grace_period_seconds",
    ],
    "moto does not keep them.",
  ),
  ignored("aws_eks_cluster", ["access_config", "upgrade_policy"], "moto does not keep them."),
  ignored("aws_eks_node_group", ["node_repair_config", "update_config"], "moto does not keep them."),
  ignored("aws_eks_node_group", ["remote_access"], "moto makes up an SSH key where there is none."),
  ignored(
    "aws_launch_template",
    ["tag_specifications"],
    "moto adds the tags of the template itself to those of what it launches.",
  ),
  ignored(
    "aws_launch_template",
    ["vpc_security_group_ids"],
    "moto gives an EKS cluster no security group of its own.",
    ({ vpc_security_group_ids }) =>
      JSON.stringify(vpc_security_group_ids).includes("cluster_security_group_id"),
  ),
  ignored("aws_rds_cluster", ["scaling_configuration"], "moto says that every cluster scales."),
  ignored("aws_rds_cluster_instance", MONITORING, "moto does not keep them."),
  ignored(
    "aws_s3_bucket_replication_configuration",
    ["rule"],
    "moto does not keep whether delete markers are copied.",
  ),
  ignored(
    "aws_vpc_security_group_egress_rule",
    ["description"],
    "moto loses it where a rule names a security group.",
  ),
  ignored(
    "aws_vpc_security_group_ingress_rule",
    ["description"],
    "moto loses it where a rule names a security group.",
  ),
];
