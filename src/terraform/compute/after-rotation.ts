import type { Context } from "../context.ts";
import { logRetention } from "../durations.ts";
import { type Expression, type HclValue, jsonencode, text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Keys } from "../security/keys.ts";
import { policy, trust } from "../security/policies.ts";
import type { Resource } from "../stack.ts";

/** A service whose replicas know its secrets as they were when they started. */
export interface Rolled {
  readonly service: string;
  readonly secrets: readonly Expression<string>[];
  readonly arn: Expression<string>;
  /** What the state machine has to be told to find it. */
  readonly input: Readonly<Record<string, Expression<string>>>;
}

/** The call of AWS's API that replaces the replicas of one service, a few at a time. */
export interface Roll {
  /** https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
  readonly integration: "ecs:updateService" | "autoscaling:startInstanceRefresh";
  readonly action: "ecs:UpdateService" | "autoscaling:StartInstanceRefresh";
  readonly parameters: Readonly<Record<string, HclValue>>;
}

/**
 * A refresh that is under way refuses another one; how long it takes is the group's size and its warm-up. The wait doubles from
 * half a minute to ten minutes, and 40 attempts last six hours. Whatever the service's error is called, States.TaskFailed is it.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
const RETRY = {
  ErrorEquals: ["States.TaskFailed"],
  IntervalSeconds: 30,
  BackoffRate: 2,
  MaxDelaySeconds: 600,
  MaxAttempts: 40,
};

/** None of these actions takes a resource. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
const DELIVER_LOGS = [
  "logs:CreateLogDelivery",
  "logs:GetLogDelivery",
  "logs:UpdateLogDelivery",
  "logs:DeleteLogDelivery",
  "logs:ListLogDeliveries",
  "logs:PutResourcePolicy",
  "logs:DescribeResourcePolicies",
  "logs:DescribeLogGroups",
];

/** Rolls each service when a secret that it read at its start has a new value; without it, replicas keep a void password. */
export function rollAfterRotation(
  context: Context,
  keys: Keys,
  roll: Roll,
  services: readonly Rolled[],
): void {
  const reading = services.filter(({ secrets }) => secrets.length > 0);
  if (reading.length === 0) return;
  const machine = stateMachine(context, keys, roll, reading);
  const starter = starterRole(context, machine);
  for (const each of reading) ruleOf(context, each, machine, starter);
}

/** One for the environment: what it rolls comes with the event. */
function stateMachine(
  context: Context,
  keys: Keys,
  { integration, action, parameters }: Roll,
  services: readonly Rolled[],
): Resource<"aws_sfn_state_machine"> {
  const { architecture, stack, name } = context;
  const add = stack.file("compute");
  const logs = stack.file("observability")("aws_cloudwatch_log_group", "after_rotation", {
    // AWS adds each group that it delivers to to a policy of limited size, but for those of this prefix.
    name: `/aws/vendedlogs/states/${name("after-rotation")}`,
    retention_in_days: logRetention(architecture.observability.logs.retention),
    kms_key_id: keys.arn("logs"),
  });
  const role = add("aws_iam_role", "after_rotation", {
    name: name("after-rotation"),
    assume_role_policy: trust("states.amazonaws.com", { namesAccount: true }),
  });
  const permissions = add("aws_iam_role_policy", "after_rotation", {
    name: "roll",
    role: role.ref("id"),
    policy: policy([
      { Effect: "Allow", Action: action, Resource: services.map(({ arn }) => arn) },
      { Effect: "Allow", Action: DELIVER_LOGS, Resource: "*" },
    ]),
  });
  return add(
    "aws_sfn_state_machine",
    "after_rotation",
    {
      name: name("after-rotation"),
      type: "STANDARD",
      role_arn: role.ref("arn"),
      definition: jsonencode({
        StartAt: "Roll",
        States: {
          Roll: {
            Type: "Task",
            Resource: `arn:aws:states:::aws-sdk:${integration}`,
            Parameters: parameters,
            Retry: [RETRY],
            End: true,
          },
        },
      }),
      logging_configuration: {
        log_destination: text`${logs.ref("arn")}:*`,
        level: "ALL",
        include_execution_data: true,
      },
    },
    {
      comment:
        "Replicas read their secrets when they start: after a rotation, new ones take their place. A roll that is refused is tried again.",
      dependsOn: [permissions],
    },
  );
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html */
function starterRole(
  { stack, name }: Context,
  machine: Resource<"aws_sfn_state_machine">,
): Resource<"aws_iam_role"> {
  const add = stack.file("compute");
  const role = add("aws_iam_role", "after_rotation_events", {
    name: name("after-rotation", "events"),
    assume_role_policy: trust("events.amazonaws.com", { namesAccount: true }),
  });
  add("aws_iam_role_policy", "after_rotation_events", {
    name: "start",
    role: role.ref("id"),
    policy: policy([{ Effect: "Allow", Action: "states:StartExecution", Resource: machine.ref("arn") }]),
  });
  return role;
}

/**
 * Secrets Manager says itself when AWSCURRENT has moved to a new version, "by default for all secrets". That is the last step of
 * a rotation: the database takes the new password by then. RotationSucceeded, the older event, comes by CloudTrail, and only to
 * accounts that have a trail.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/secret-event-notifications.html
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
function ruleOf(
  { stack, name }: Context,
  { service, secrets, input }: Rolled,
  machine: Resource<"aws_sfn_state_machine">,
  starter: Resource<"aws_iam_role">,
): void {
  const add = stack.file("compute");
  const local = localName("after_rotation", service);
  const rule = add("aws_cloudwatch_event_rule", local, {
    name: name("after-rotation", service),
    description: `A secret that ${service} reads has a new value`,
    event_pattern: jsonencode({
      source: ["aws.secretsmanager"],
      "detail-type": ["Secret Label Updated"],
      resources: secrets,
      detail: { labelUpdated: ["AWSCURRENT"] },
    }),
  });
  add("aws_cloudwatch_event_target", local, {
    rule: rule.ref("name"),
    arn: machine.ref("arn"),
    role_arn: starter.ref("arn"),
    input: jsonencode(input),
  });
}
