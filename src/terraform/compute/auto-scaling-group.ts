import type { ResolvedService } from "#model/architecture.ts";
import { type ServiceUnit, serviceUnit } from "#model/service-unit.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import { base64encode, raw, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { policy, trust } from "../security/policies.ts";
import type { Resource } from "../stack.ts";
import { type Roll, type Rolled, rollAfterRotation } from "./after-rotation.ts";
import { ec2ScalingOf } from "./ec2-scaling.ts";
import { credentialsRead, environmentOf } from "./environment.ts";
import { serviceLogsOf } from "./logs.ts";
import { pullImages, readSecrets, secretsRead, statementsOf } from "./permissions.ts";
import type { ComputeTools } from "./tools.ts";
import { userDataOf } from "./user-data.ts";

type Ec2 = Extract<Context["architecture"]["compute"], { readonly kind: "ec2-auto-scaling" }>;
type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;

const GIB = 1024 ** 3;

/** AWS publishes the newest image under these names; EC2 looks it up at each launch. https://docs.aws.amazon.com/linux/al2023/ug/ec2.html */
const IMAGES = {
  "amazon-linux-2023": (architecture: string) =>
    `resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`,
  "ubuntu-24.04": (architecture: string) =>
    `resolve:ssm:/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture === "arm64" ? "arm64" : "amd64"}/hvm/ebs-gp3/ami-id`,
} as const;

/** A group of instances for each service, one replica on each. https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-groups.html */
export function autoScalingGroupsOf(tools: ComputeTools, compute: Ec2): void {
  const { context, keys, stores } = tools;
  const logs = serviceLogsOf(context, keys);
  const services = Object.entries(context.architecture.services);
  const rolled: Rolled[] = [];
  for (const [service, declared] of services) {
    if (declared.kind === "job") continue;
    const unit = serviceUnit(context.architecture, service, declared);
    if (!unit) continue;
    const jobs = services.filter(([name]) => unit.startsAfter.includes(name));
    const group = groupOf(tools, compute, { service, declared, unit, jobs, logs });
    rolled.push({
      service,
      secrets: credentialsRead(declared, stores),
      arn: group.ref("arn"),
      input: { group: group.ref("name") },
    });
  }
  rollAfterRotation(context, keys, rollOf(compute), rolled);
}

/**
 * Instances are as their launch template says and have to be replaced all the same, so none is skipped; nothing is changed that
 * could be rolled back. https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 */
function rollOf({ instanceRefresh }: Ec2): Roll {
  return {
    integration: "autoscaling:startInstanceRefresh",
    action: "autoscaling:StartInstanceRefresh",
    parameters: {
      "AutoScalingGroupName.$": "$.group",
      Strategy: "Rolling",
      Preferences: {
        MinHealthyPercentage: instanceRefresh.minHealthy,
        ...(instanceRefresh.minHealthy === 100 ? { MaxHealthyPercentage: 110 } : {}),
        InstanceWarmup: seconds(instanceRefresh.warmup),
        SkipMatching: false,
      },
    },
  };
}

function groupOf(
  tools: ComputeTools,
  compute: Ec2,
  parts: {
    readonly service: string;
    readonly declared: Replicated;
    readonly unit: ServiceUnit;
    readonly jobs: readonly (readonly [string, ResolvedService])[];
    readonly logs: Resource<"aws_cloudwatch_log_group">;
  },
): Resource<"aws_autoscaling_group"> {
  const { context, vpc, loadBalancer } = tools;
  const { stack, name } = context;
  const { service, declared } = parts;
  const add = stack.file("compute");
  const template = launchTemplate(tools, compute, parts);
  const targetGroup = loadBalancer.targetGroups[service];
  const { instanceRefresh } = compute;
  const group = add(
    "aws_autoscaling_group",
    localName(service),
    {
      name: name(service),
      min_size: declared.replicas.min,
      max_size: declared.replicas.max,
      desired_capacity: declared.replicas.desired,
      vpc_zone_identifier: vpc.subnets.private.map((subnet) => subnet.ref("id")),
      target_group_arns: targetGroup ? [targetGroup.ref("arn")] : undefined,
      health_check_type: targetGroup ? "ELB" : "EC2",
      health_check_grace_period: seconds(declared.startTimeout),
      default_instance_warmup: seconds(instanceRefresh.warmup),
      launch_template: {
        id: template.ref("id"),
        version: raw(`tostring(${template.address}.latest_version)`),
      },
      availability_zone_distribution:
        declared.spread === "zones" ? { capacity_distribution_strategy: "balanced-best-effort" } : undefined,
      instance_maintenance_policy: {
        min_healthy_percentage: declared.rollout.minHealthy,
        // AWS takes 100 to 200 here, and at least one per cent more than the minimum to have room to move.
        max_healthy_percentage: Math.min(
          200,
          Math.max(declared.rollout.max, declared.rollout.minHealthy + 1),
        ),
      },
      instance_refresh: {
        strategy: "Rolling",
        preferences: {
          min_healthy_percentage: instanceRefresh.minHealthy,
          max_healthy_percentage: instanceRefresh.minHealthy === 100 ? 110 : undefined,
          instance_warmup: String(seconds(instanceRefresh.warmup)),
          auto_rollback: declared.rollout.circuitBreaker === "rollback",
          skip_matching: true,
          ...(instanceRefresh.checkpoints.length > 0
            ? { checkpoint_percentages: instanceRefresh.checkpoints, checkpoint_delay: "300" }
            : {}),
        },
      },
      enabled_metrics: ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupTotalInstances"],
      tag: [{ key: "Name", value: name(service), propagate_at_launch: true }],
    },
    {
      comment:
        "Instances are never changed: a new launch template replaces them, some at a time. Scaling sets how many there are.",
      lifecycle: { ignoreChanges: ["desired_capacity"] },
    },
  );
  ec2ScalingOf(context, service, declared, group, loadBalancer);
  return group;
}

function launchTemplate(
  tools: ComputeTools,
  compute: Ec2,
  parts: {
    readonly service: string;
    readonly declared: Replicated;
    readonly unit: ServiceUnit;
    readonly jobs: readonly (readonly [string, ResolvedService])[];
    readonly logs: Resource<"aws_cloudwatch_log_group">;
  },
): Resource<"aws_launch_template"> {
  const { context, groups, registry, stores, buckets } = tools;
  const { stack, name, architecture } = context;
  const { service, declared, unit, jobs, logs } = parts;
  const profile = instanceProfile(tools, service, declared, logs);
  const { volume } = compute;
  return stack.file("compute")("aws_launch_template", localName(service), {
    name: name(service),
    image_id: IMAGES[compute.image](compute.architecture),
    instance_type: compute.instanceType,
    update_default_version: true,
    ebs_optimized: "true",
    vpc_security_group_ids: [groups.service(service).ref("id")],
    iam_instance_profile: { arn: profile.ref("arn") },
    block_device_mappings: {
      device_name: compute.image === "amazon-linux-2023" ? "/dev/xvda" : "/dev/sda1",
      ebs: {
        volume_size: Math.ceil(volume.size / GIB),
        volume_type: volume.type,
        encrypted: String(volume.encrypted),
        delete_on_termination: "true",
      },
    },
    metadata_options: {
      http_endpoint: "enabled",
      http_tokens: compute.metadataTokens,
      // One hop more than the host: a container on it may ask, what it forwards for others may not.
      http_put_response_hop_limit: 2,
      instance_metadata_tags: "enabled",
    },
    monitoring: { enabled: compute.detailedMonitoring },
    user_data: base64encode(
      userDataOf({
        service,
        declared,
        unit,
        jobs,
        compute,
        region: architecture.region,
        image: registry.image,
        logGroup: logs.ref("name"),
        environment: (each) => environmentOf(context, each, stores, buckets),
      }),
    ),
    tag_specifications: ["instance", "volume"].map((kind) => ({
      resource_type: kind,
      tags: { Name: name(service) },
    })),
    tags: { Name: name(service) },
  });
}

function instanceProfile(
  tools: ComputeTools,
  service: string,
  declared: Replicated,
  logs: Resource<"aws_cloudwatch_log_group">,
): Resource<"aws_iam_instance_profile"> {
  const { context, buckets, keys } = tools;
  const { stack, name } = context;
  const add = stack.file("compute");
  const local = localName(service);
  const role = add("aws_iam_role", local, {
    name: name(service),
    assume_role_policy: trust("ec2.amazonaws.com"),
  });
  add("aws_iam_role_policy", local, {
    name: "own",
    role: role.ref("id"),
    policy: policy([
      ...pullImages(raw(`aws_ecr_repository.${localName(declared.image.repository)}.arn`)),
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
        Resource: text`${logs.ref("arn")}:*`,
      },
      ...readSecrets(secretsRead(tools, declared), keys),
      ...statementsOf(context, declared, buckets, keys),
    ]),
  });
  for (const [part, managed] of Object.entries({
    sessions: "AmazonSSMManagedInstanceCore",
    metrics: "CloudWatchAgentServerPolicy",
  }))
    add("aws_iam_role_policy_attachment", localName(service, part), {
      role: role.ref("name"),
      policy_arn: `arn:aws:iam::aws:policy/${managed}`,
    });
  return add("aws_iam_instance_profile", local, { name: name(service), role: role.ref("name") });
}
