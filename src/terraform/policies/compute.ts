import type { HclValue } from "../hcl/expression.ts";
import { isExpression } from "../hcl/expression.ts";
import { blocks, ofType } from "../reachability/evaluate.ts";
import { type Arguments, each, must, type Policy } from "./policy.ts";

/** What an IAM policy document says, where it is written as one. */
function statementsOf(args: Arguments): Readonly<Record<string, HclValue>>[] {
  const document = args["policy"];
  if (!isExpression(document) || document.expression.kind !== "call") return [];
  const [content] = document.expression.values as readonly { readonly Statement?: HclValue }[];
  return blocks(content?.Statement);
}

const holdsStar = (value: HclValue | undefined) =>
  value === "*" || (Array.isArray(value) && value.includes("*"));

export const COMPUTE_POLICIES: readonly Policy[] = [
  {
    id: "least-privilege",
    severity: "high",
    title: "No role may do everything to everything",
    references: { cis: "1.16", pciDss: "7.2.1", hipaa: "164.308(a)(4)", soc2: "CC6.3" },
    remedy: "services.<name>.permissions name actions and resources",
    violations: each(["aws_iam_role_policy"], (args) =>
      statementsOf(args).some(
        (statement) =>
          statement["Effect"] === "Allow" &&
          holdsStar(statement["Action"]) &&
          holdsStar(statement["Resource"]),
      )
        ? "a statement allows * on *"
        : null,
    ),
  },
  {
    id: "no-administrator-policy",
    severity: "high",
    title: "No role is an administrator",
    references: { cis: "1.16", pciDss: "7.2.2", hipaa: "164.308(a)(4)", soc2: "CC6.3" },
    remedy: "services.<name>.permissions name actions and resources",
    violations: each(["aws_iam_role_policy_attachment"], (args) =>
      /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/.test(String(args["policy_arn"]))
        ? `${String(args["policy_arn"])} is attached`
        : null,
    ),
  },
  {
    id: "imds-v2",
    severity: "high",
    title: "Instances give their credentials to IMDSv2 only",
    references: { cis: "5.6", pciDss: "2.2.6", soc2: "CC6.1" },
    remedy: 'compute.metadataTokens: "required"',
    violations: each(["aws_launch_template"], (args) => {
      const [options = {}] = blocks(args["metadata_options"]);
      return options["http_tokens"] === "required" ? null : "http_tokens is not required";
    }),
  },
  {
    id: "volumes-encrypted",
    severity: "high",
    title: "Instances' volumes are encrypted",
    references: { cis: "2.2.1", pciDss: "3.5.1", hipaa: "164.312(a)(2)(iv)", soc2: "CC6.1" },
    remedy: "compute.volume: { encrypted: true }",
    violations: each(["aws_launch_template"], (args) => {
      const volumes = blocks(args["block_device_mappings"]).flatMap(({ ebs }) => blocks(ebs));
      return volumes.every(({ encrypted }) => encrypted === "true") ? null : "a volume is not encrypted";
    }),
  },
  {
    id: "tasks-private",
    severity: "high",
    title: "Tasks have no address on the internet",
    references: { pciDss: "1.4.4", soc2: "CC6.6" },
    remedy: "take the override of network_configuration away",
    violations: each(["aws_ecs_service"], (args) => {
      const [network = {}] = blocks(args["network_configuration"]);
      return network["assign_public_ip"] === true ? "assign_public_ip is true" : null;
    }),
  },
  {
    id: "containers-unprivileged",
    severity: "medium",
    title: "Containers do not run as root, and cannot write to their image",
    references: { pciDss: "2.2.6", soc2: "CC6.8" },
    remedy: "services.<name>: { runAsNonRoot: true, readOnlyRootFilesystem: true }",
    violations: (_, { services }) =>
      Object.entries(services).flatMap(([name, service]) =>
        service.runAsNonRoot && service.readOnlyRootFilesystem
          ? []
          : [
              {
                address: `services.${name}`,
                found: service.runAsNonRoot ? "its file system can be written" : "it may run as root",
              },
            ],
      ),
  },
  {
    id: "images-scanned",
    severity: "medium",
    title: "Images are scanned when they are pushed",
    references: { pciDss: "6.3.1", soc2: "CC7.1" },
    remedy: "registry: { scanOnPush: true }",
    violations: each(["aws_ecr_repository"], (args) => {
      const [scan = {}] = blocks(args["image_scanning_configuration"]);
      return scan["scan_on_push"] === true ? null : "scan_on_push is not true";
    }),
  },
  {
    id: "images-immutable",
    severity: "low",
    title: "A tag always names the same image",
    references: { pciDss: "6.5.1", soc2: "CC8.1" },
    remedy: 'registry: { tags: "immutable" }',
    violations: each(["aws_ecr_repository"], must("image_tag_mutability", "IMMUTABLE", "tags are mutable")),
  },
  {
    id: "cluster-secrets-encrypted",
    severity: "high",
    title: "The cluster's secrets are encrypted with a key of one's own",
    references: { pciDss: "3.5.1", hipaa: "164.312(a)(2)(iv)", soc2: "CC6.1" },
    remedy: 'security: { keys: "per-purpose" }',
    violations: each(["aws_eks_cluster"], (args) =>
      args["encryption_config"] ? null : "no encryption_config",
    ),
  },
  {
    id: "cluster-audit-log",
    severity: "medium",
    title: "The cluster's audit log is kept",
    references: { pciDss: "10.2.1", hipaa: "164.312(b)", soc2: "CC7.2" },
    remedy: 'compute.controlPlaneLogs: ["audit"]',
    violations: each(["aws_eks_cluster"], (args) => {
      const logs = args["enabled_cluster_log_types"];
      return Array.isArray(logs) && logs.includes("audit") ? null : "the audit log is off";
    }),
  },
  {
    id: "cluster-api-private",
    severity: "low",
    title: "The cluster's API is not on the internet",
    references: { pciDss: "1.4.4", soc2: "CC6.6" },
    remedy: 'compute.endpointAccess: "private"',
    violations: each(["aws_eks_cluster"], (args) => {
      const [vpc = {}] = blocks(args["vpc_config"]);
      return vpc["endpoint_public_access"] === true
        ? "administrators' networks reach it over the internet"
        : null;
    }),
  },
];

export const WATCHING_POLICIES: readonly Policy[] = [
  {
    id: "trail",
    severity: "high",
    title: "Every call of the API is recorded, in all regions, and cannot be altered unseen",
    references: { cis: "3.1, 3.2", pciDss: "10.2.1", hipaa: "164.312(b)", soc2: "CC7.2" },
    remedy: 'security.detection: ["cloudtrail"]',
    violations: (stack) => {
      const trails = ofType(stack, "aws_cloudtrail");
      if (trails.length === 0) return [{ address: "security.detection", found: "no CloudTrail" }];
      return trails
        .filter(
          ({ args }) => args["is_multi_region_trail"] !== true || args["enable_log_file_validation"] !== true,
        )
        .map(({ address }) => ({ address, found: "not in all regions, or not validated" }));
    },
  },
  {
    id: "trail-encrypted",
    severity: "low",
    title: "The trail is encrypted with a key of one's own",
    references: { cis: "3.5", pciDss: "10.3.2", soc2: "CC6.1" },
    remedy: 'security: { keys: "per-purpose" }',
    violations: each(["aws_cloudtrail"], (args) => (args["kms_key_id"] ? null : "no kms_key_id")),
  },
  {
    id: "threat-detection",
    severity: "medium",
    title: "GuardDuty looks for attacks",
    references: { pciDss: "11.5.1", hipaa: "164.308(a)(1)(ii)(D)", soc2: "CC7.2" },
    remedy: 'security.detection: ["cloudtrail", "guardduty"]',
    violations: (stack) =>
      ofType(stack, "aws_guardduty_detector").length > 0
        ? []
        : [{ address: "security.detection", found: "no GuardDuty" }],
  },
  {
    id: "security-hub",
    severity: "low",
    title: "Security Hub collects findings",
    references: { cis: "4.16", pciDss: "11.3.1", soc2: "CC7.1" },
    remedy: 'security.detection: ["cloudtrail", "security-hub"]',
    violations: (stack) =>
      ofType(stack, "aws_securityhub_account").length > 0
        ? []
        : [{ address: "security.detection", found: "no Security Hub" }],
  },
  {
    id: "state-machines-logged",
    severity: "medium",
    title: "What a state machine did is logged",
    references: { pciDss: "10.2.1", soc2: "CC7.2" },
    remedy: "take the override of logging_configuration away",
    violations: each(["aws_sfn_state_machine"], (args) => {
      const [logging = {}] = blocks(args["logging_configuration"]);
      return ["ALL", "ERROR", "FATAL"].includes(String(logging["level"])) ? null : "nothing is logged";
    }),
  },
  {
    id: "logs-end",
    severity: "low",
    title: "Logs are kept for a time that is set",
    references: { pciDss: "10.5.1", soc2: "CC7.2" },
    remedy: 'observability.logs: { retention: "30d" }',
    violations: each(["aws_cloudwatch_log_group"], (args) =>
      args["retention_in_days"] ? null : "they are kept for ever",
    ),
  },
  {
    id: "logs-encrypted",
    severity: "low",
    title: "Logs are encrypted with a key of one's own",
    references: { pciDss: "10.3.2", hipaa: "164.312(a)(2)(iv)", soc2: "CC6.1" },
    remedy: 'security: { keys: "per-purpose" }',
    violations: each(["aws_cloudwatch_log_group"], (args) => (args["kms_key_id"] ? null : "no kms_key_id")),
  },
  {
    id: "alarms-heard",
    severity: "medium",
    title: "Alarms reach people",
    references: { cis: "4.1", pciDss: "10.7.2", soc2: "CC7.3" },
    remedy: 'observability.notify: ["email"]',
    violations: (stack) =>
      ofType(stack, "aws_sns_topic_subscription").length > 0
        ? []
        : [{ address: "observability.notify", found: "nobody is told" }],
  },
];
