import type { ResolvedService } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import { type Expression, jsonencode, raw, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import { policy, trust } from "../security/policies.ts";
import type { Resource } from "../stack.ts";
import { type Roll, type Rolled, rollAfterRotation } from "./after-rotation.ts";
import { ecsScalingOf } from "./ecs-scaling.ts";
import { credentialsRead, environmentOf } from "./environment.ts";
import { serviceLogsOf } from "./logs.ts";
import { pullImages, readSecrets, statementsOf } from "./permissions.ts";
import type { ComputeTools } from "./tools.ts";

type Fargate = Extract<Context["architecture"]["compute"], { readonly kind: "ecs-fargate" }>;
type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;

const MIB = 1024 ** 2;
/** ECS counts a vCPU as 1024 units. */
const CPU_UNITS = 1024;

/** Of the same task definition. What is being deployed gives way to it. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html */
const ROLL: Roll = {
  integration: "ecs:updateService",
  action: "ecs:UpdateService",
  parameters: { "Cluster.$": "$.cluster", "Service.$": "$.service", ForceNewDeployment: true },
};

/** Services as tasks on Fargate. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/AWS_Fargate.html */
export function fargateOf(tools: ComputeTools, compute: Fargate): void {
  const { context, keys } = tools;
  const { architecture, stack, name } = context;
  const add = stack.file("compute");
  const cluster = add("aws_ecs_cluster", "main", {
    name: name(),
    setting: { name: "containerInsights", value: compute.containerInsights ? "enabled" : "disabled" },
  });
  const providers = add("aws_ecs_cluster_capacity_providers", "main", {
    cluster_name: cluster.ref("name"),
    capacity_providers: [...new Set(compute.capacity.map(({ provider }) => provider))],
  });
  const logs = serviceLogsOf(context, keys);
  const execution = executionRole(tools, logs);
  const rolled: Rolled[] = [];
  for (const [service, declared] of Object.entries(architecture.services)) {
    const task = taskOf(tools, compute, { service, declared, execution, logs });
    if (declared.kind === "job") continue;
    const running = serviceOf(tools, compute, { service, declared, cluster, task, providers });
    ecsScalingOf(context, service, declared, cluster, running, tools.loadBalancer);
    rolled.push({
      service,
      secrets: [
        ...credentialsRead(declared, tools.stores),
        ...ownSecrets(tools, declared).map(({ valueFrom }) => valueFrom),
      ],
      arn: running.ref("id"),
      input: { cluster: cluster.ref("arn"), service: running.ref("name") },
    });
  }
  rollAfterRotation(context, keys, ROLL, rolled);
}

/** By this role ECS itself pulls images, reads secrets and writes logs. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html */
function executionRole(
  tools: ComputeTools,
  logs: Resource<"aws_cloudwatch_log_group">,
): Resource<"aws_iam_role"> {
  const { context, keys, stores } = tools;
  const { architecture, stack, name } = context;
  const add = stack.file("compute");
  const role = add("aws_iam_role", "task_execution", {
    name: name("task-execution"),
    assume_role_policy: trust("ecs-tasks.amazonaws.com", { namesAccount: true }),
  });
  const read = [
    ...Object.values(stores).flatMap(({ credentials }) => credentials ?? []),
    ...Object.values(tools.secrets).map((secret) => secret.ref("arn")),
  ];
  const repositories = new Set(Object.values(architecture.services).map(({ image }) => image.repository));
  add("aws_iam_role_policy", "task_execution", {
    name: "start-tasks",
    role: role.ref("id"),
    policy: policy([
      ...pullImages([...repositories].map((each) => raw(`aws_ecr_repository.${localName(each)}.arn`))),
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
        Resource: text`${logs.ref("arn")}:*`,
      },
      ...readSecrets(read, keys),
    ]),
  });
  return role;
}

function taskOf(
  tools: ComputeTools,
  compute: Fargate,
  parts: {
    readonly service: string;
    readonly declared: ResolvedService;
    readonly execution: Resource<"aws_iam_role">;
    readonly logs: Resource<"aws_cloudwatch_log_group">;
  },
): Resource<"aws_ecs_task_definition"> {
  const { context, registry, stores, buckets } = tools;
  const { stack, name, architecture } = context;
  const { service, declared, execution, logs } = parts;
  const role = taskRole(tools, service, declared);
  const { variables, secrets } = environmentOf(context, declared, stores, buckets);
  const container = {
    name: service,
    image: registry.image(service),
    command: declared.command,
    essential: true,
    readonlyRootFilesystem: declared.readOnlyRootFilesystem,
    ...(declared.runAsNonRoot ? { user: "1000:1000" } : {}),
    ...(declared.kind === "web"
      ? { portMappings: [{ containerPort: declared.port, protocol: "tcp", name: service }] }
      : {}),
    ...(declared.kind === "job" ? {} : { stopTimeout: Math.min(120, seconds(declared.stopTimeout)) }),
    environment: pairs(variables, (value) => ({ value })),
    secrets: [
      ...pairs(secrets, ({ secret, key }) => ({ valueFrom: text`${secret}:${key}::` })),
      ...ownSecrets(tools, declared),
    ],
    logConfiguration: {
      logDriver: "awslogs",
      options: {
        "awslogs-group": logs.ref("name"),
        "awslogs-region": architecture.region,
        "awslogs-stream-prefix": service,
        // Lines wait in memory rather than hold up the service; what does not fit is lost.
        mode: "non-blocking",
        "max-buffer-size": "25m",
      },
    },
  };
  return stack.file("compute")("aws_ecs_task_definition", localName(service), {
    family: name(service),
    requires_compatibilities: ["FARGATE"],
    network_mode: "awsvpc",
    cpu: String(Math.round(declared.size.cpu * CPU_UNITS)),
    memory: String(Math.round(declared.size.memory / MIB)),
    execution_role_arn: execution.ref("arn"),
    task_role_arn: role.ref("arn"),
    runtime_platform: {
      operating_system_family: compute.platform.os.toUpperCase(),
      cpu_architecture: compute.platform.architecture.toUpperCase(),
    },
    container_definitions: jsonencode([container]),
  });
}

/** Secrets of the architecture that are no store's credentials come whole. */
function ownSecrets(tools: ComputeTools, { secrets }: ResolvedService) {
  return secrets.flatMap((name) => {
    const secret = tools.secrets[name];
    const belongs = tools.context.architecture.secrets[name]?.of !== undefined;
    if (!secret || belongs) return [];
    return [{ name: name.replaceAll("-", "_").toUpperCase(), valueFrom: secret.ref("arn") }];
  });
}

function pairs<Value>(
  record: Readonly<Record<string, Value>>,
  rest: (value: Value) => Readonly<Record<string, string | Expression<string>>>,
) {
  return Object.entries(record)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, ...rest(value) }));
}

function taskRole(
  { context, buckets, keys }: ComputeTools,
  service: string,
  declared: ResolvedService,
): Resource<"aws_iam_role"> {
  const { stack, name } = context;
  const add = stack.file("compute");
  const role = add("aws_iam_role", localName("task", service), {
    name: name("task", service),
    assume_role_policy: trust("ecs-tasks.amazonaws.com", { namesAccount: true }),
  });
  const statements = statementsOf(context, declared, buckets, keys);
  if (statements.length > 0)
    add("aws_iam_role_policy", localName("task", service), {
      name: "own",
      role: role.ref("id"),
      policy: policy(statements),
    });
  return role;
}

function serviceOf(
  tools: ComputeTools,
  compute: Fargate,
  parts: {
    readonly service: string;
    readonly declared: Replicated;
    readonly cluster: Resource<"aws_ecs_cluster">;
    readonly task: Resource<"aws_ecs_task_definition">;
    readonly providers: Resource<"aws_ecs_cluster_capacity_providers">;
  },
): Resource<"aws_ecs_service"> {
  const { context, vpc, groups, loadBalancer } = tools;
  const { service, declared, cluster, task, providers } = parts;
  const { rollout, replicas } = declared;
  const targetGroup = loadBalancer.targetGroups[service];
  return context.stack.file("compute")(
    "aws_ecs_service",
    localName(service),
    {
      name: service,
      cluster: cluster.ref("id"),
      task_definition: task.ref("arn"),
      desired_count: replicas.desired,
      deployment_minimum_healthy_percent: rollout.minHealthy,
      deployment_maximum_percent: rollout.max,
      enable_ecs_managed_tags: true,
      propagate_tags: "SERVICE",
      health_check_grace_period_seconds: targetGroup ? seconds(declared.startTimeout) : undefined,
      availability_zone_rebalancing:
        declared.spread === "zones" && rollout.max > 100 ? "ENABLED" : "DISABLED",
      capacity_provider_strategy: compute.capacity.map(({ provider, base, weight }) => ({
        capacity_provider: provider,
        base: base > 0 ? base : undefined,
        weight,
      })),
      deployment_circuit_breaker: {
        enable: rollout.circuitBreaker !== "none",
        rollback: rollout.circuitBreaker === "rollback",
      },
      network_configuration: {
        subnets: vpc.subnets.private.map((subnet) => subnet.ref("id")),
        security_groups: [groups.service(service).ref("id")],
        assign_public_ip: false,
      },
      ...(targetGroup && declared.kind === "web"
        ? {
            load_balancer: {
              target_group_arn: targetGroup.ref("arn"),
              container_name: service,
              container_port: declared.port,
            },
          }
        : {}),
    },
    {
      comment: "Scaling sets how many tasks there are, and the pipeline which image they run.",
      dependsOn: [providers, ...loadBalancer.listeners],
      lifecycle: { ignoreChanges: ["desired_count", "task_definition"] },
    },
  );
}
