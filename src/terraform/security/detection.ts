import { account, type Context } from "../context.ts";
import { blockPublicAccess, tlsOnly } from "../data/buckets.ts";
import { text } from "../hcl/expression.ts";
import { policy, trust } from "./policies.ts";
import type { Keys } from "./keys.ts";
import { logRetention } from "../durations.ts";

/** What watches the account: who called which API, and what looks like an attack. */
export function detectionOf(context: Context, keys: Keys): void {
  const { detection } = context.architecture.security;
  if (detection.includes("cloudtrail")) trailOf(context, keys);
  if (detection.includes("guardduty")) guardDutyOf(context);
  if (detection.includes("security-hub")) securityHubOf(context);
  if (detection.includes("config")) configOf(context, keys);
}

/** https://docs.aws.amazon.com/awscloudtrail/latest/userguide/best-practices-security.html */
function trailOf({ architecture, stack, name, bucketName }: Context, keys: Keys): void {
  const add = stack.file("security");
  const bucket = add("aws_s3_bucket", "trail", {
    bucket: bucketName("trail"),
    force_destroy: architecture.environment !== "production",
    tags: { Name: name("trail") },
  });
  const of = { bucket: bucket.ref("id") };
  blockPublicAccess(add, "trail", bucket);
  add("aws_s3_bucket_versioning", "trail", { ...of, versioning_configuration: { status: "Enabled" } });
  add("aws_s3_bucket_server_side_encryption_configuration", "trail", {
    ...of,
    rule: { apply_server_side_encryption_by_default: { sse_algorithm: "AES256" } },
  });
  add("aws_s3_bucket_lifecycle_configuration", "trail", {
    ...of,
    rule: { id: "age", status: "Enabled", filter: {}, expiration: { days: 365 } },
  });
  const arn = text`arn:aws:cloudtrail:${architecture.region}:${account}:trail/${name()}`;
  const allowed = add("aws_s3_bucket_policy", "trail", {
    ...of,
    policy: policy([
      tlsOnly(bucket),
      {
        Sid: "TrailLooks",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "s3:GetBucketAcl",
        Resource: bucket.ref("arn"),
        Condition: { StringEquals: { "aws:SourceArn": arn } },
      },
      {
        Sid: "TrailWrites",
        Effect: "Allow",
        Principal: { Service: "cloudtrail.amazonaws.com" },
        Action: "s3:PutObject",
        Resource: text`${bucket.ref("arn")}/AWSLogs/${account}/*`,
        Condition: { StringEquals: { "aws:SourceArn": arn, "s3:x-amz-acl": "bucket-owner-full-control" } },
      },
    ]),
  });
  const group = add("aws_cloudwatch_log_group", "trail", {
    name: `/cloudtrail/${name()}`,
    retention_in_days: logRetention(architecture.observability.logs.retention),
    kms_key_id: keys.arn("logs"),
  });
  const role = add("aws_iam_role", "trail", {
    name: name("trail"),
    assume_role_policy: trust("cloudtrail.amazonaws.com", { namesAccount: true }),
  });
  add("aws_iam_role_policy", "trail", {
    name: "write",
    role: role.ref("id"),
    policy: policy([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: text`${group.ref("arn")}:*`,
      },
    ]),
  });
  add(
    "aws_cloudtrail",
    "main",
    {
      name: name(),
      s3_bucket_name: bucket.ref("id"),
      is_multi_region_trail: true,
      include_global_service_events: true,
      enable_log_file_validation: true,
      kms_key_id: keys.arn("logs"),
      cloud_watch_logs_group_arn: text`${group.ref("arn")}:*`,
      cloud_watch_logs_role_arn: role.ref("arn"),
    },
    { dependsOn: [allowed] },
  );
}

/** https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-features-activation-model.html */
function guardDutyOf({ architecture, stack }: Context): void {
  const add = stack.file("security");
  const detector = add("aws_guardduty_detector", "main", {
    enable: true,
    finding_publishing_frequency: "FIFTEEN_MINUTES",
  });
  const features = [
    "S3_DATA_EVENTS",
    "RDS_LOGIN_EVENTS",
    ...(architecture.compute.kind === "eks" ? ["EKS_AUDIT_LOGS"] : []),
  ];
  for (const feature of features)
    add("aws_guardduty_detector_feature", feature.toLowerCase(), {
      detector_id: detector.ref("id"),
      name: feature,
      status: "ENABLED",
    });
}

/** https://docs.aws.amazon.com/securityhub/latest/userguide/standards-reference.html */
function securityHubOf({ architecture, stack }: Context): void {
  const add = stack.file("security");
  const hub = add("aws_securityhub_account", "main", { enable_default_standards: false });
  const { compliance } = architecture.security;
  const standards = {
    cis: "cis-aws-foundations-benchmark/v/1.4.0",
    best_practices: "aws-foundational-security-best-practices/v/1.0.0",
    ...(compliance.includes("pci-dss") ? { pci_dss: "pci-dss/v/3.2.1" } : {}),
  };
  for (const [part, standard] of Object.entries(standards))
    add(
      "aws_securityhub_standards_subscription",
      part,
      { standards_arn: `arn:aws:securityhub:${architecture.region}::standards/${standard}` },
      { dependsOn: [hub] },
    );
}

/** https://docs.aws.amazon.com/config/latest/developerguide/gs-cli-prereq.html */
function configOf({ architecture, stack, name, bucketName }: Context, keys: Keys): void {
  const add = stack.file("security");
  const bucket = add("aws_s3_bucket", "config", {
    bucket: bucketName("config"),
    force_destroy: architecture.environment !== "production",
    tags: { Name: name("config") },
  });
  blockPublicAccess(add, "config", bucket);
  add("aws_s3_bucket_server_side_encryption_configuration", "config", {
    bucket: bucket.ref("id"),
    rule: {
      apply_server_side_encryption_by_default: {
        sse_algorithm: keys.arn("buckets") ? "aws:kms" : "AES256",
        kms_master_key_id: keys.arn("buckets"),
      },
    },
  });
  const role = add("aws_iam_role", "config", {
    name: name("config"),
    assume_role_policy: trust("config.amazonaws.com", { namesAccount: true }),
  });
  add("aws_iam_role_policy_attachment", "config", {
    role: role.ref("name"),
    policy_arn: "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole",
  });
  add("aws_iam_role_policy", "config", {
    name: "deliver",
    role: role.ref("id"),
    policy: policy([
      { Effect: "Allow", Action: "s3:GetBucketAcl", Resource: bucket.ref("arn") },
      { Effect: "Allow", Action: "s3:PutObject", Resource: text`${bucket.ref("arn")}/AWSLogs/${account}/*` },
    ]),
  });
  const recorder = add("aws_config_configuration_recorder", "main", {
    name: name(),
    role_arn: role.ref("arn"),
    recording_group: { all_supported: true, include_global_resource_types: true },
  });
  const channel = add(
    "aws_config_delivery_channel",
    "main",
    { name: name(), s3_bucket_name: bucket.ref("id") },
    { dependsOn: [recorder] },
  );
  add(
    "aws_config_configuration_recorder_status",
    "main",
    { name: recorder.ref("name"), is_enabled: true },
    { dependsOn: [channel] },
  );
}
