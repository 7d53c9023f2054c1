import { blocks, referred } from "../reachability/evaluate.ts";
import type { Resource } from "../stack.ts";
import { type Arguments, inBlock, of, says } from "./requirement.ts";

const ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference";
const EC2_AUTO_SCALING = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference";
const APPLICATION_AUTO_SCALING = "https://docs.aws.amazon.com/autoscaling/application/APIReference";

const isFargateTask = (args: Arguments) =>
  Array.isArray(args["requires_compatibilities"]) && args["requires_compatibilities"].includes("FARGATE");

/** ECS itself pulls from ECR, writes to CloudWatch and reads secrets before the task runs. */
const needsExecutionRole = (args: Arguments) =>
  isFargateTask(args) &&
  /awslogs|valueFrom|aws_ecr_repository/.test(JSON.stringify(args["container_definitions"]));

const runsOnFargate = (args: Arguments) =>
  args["launch_type"] === "FARGATE" ||
  blocks(args["capacity_provider_strategy"]).some(({ capacity_provider: provider }) =>
    String(provider).startsWith("FARGATE"),
  );

/** A deployment controller of one's own makes task sets, and names the task there. */
const isDeployedByEcs = (args: Arguments) =>
  !blocks(args["deployment_controller"]).some(({ type }) => type === "EXTERNAL");

/** A group of EKS brings image and type itself; an Auto Scaling group has them from the template alone. */
const isLaunchedByAutoScaling = (
  _: Arguments,
  { resource, resources }: { readonly resource: Resource; readonly resources: readonly Resource[] },
) =>
  resources.some(
    ({ type, arguments: args }) =>
      type === "aws_autoscaling_group" &&
      blocks((args as unknown as Arguments)["launch_template"]).some(
        ({ id, name }) => referred(id ?? name) === resource.address,
      ),
  );

const METRIC = "a target is of a metric";

export const COMPUTE = [
  ...of("aws_ecs_task_definition", `${ECS}/API_RegisterTaskDefinition.html`, [
    { oneOf: ["cpu"], when: isFargateTask, why: "a task on Fargate has a size" },
    { oneOf: ["memory"], when: isFargateTask, why: "a task on Fargate has a size" },
    { oneOf: ["network_mode"], when: isFargateTask, why: "a task on Fargate has the network mode awsvpc" },
    {
      oneOf: ["execution_role_arn"],
      when: needsExecutionRole,
      why: "ECS pulls the image, reads secrets and writes logs by this role",
    },
  ]),
  ...of("aws_ecs_service", `${ECS}/API_CreateService.html`, [
    { oneOf: ["task_definition"], when: isDeployedByEcs, why: "a service runs a task" },
    { oneOf: ["network_configuration"], when: runsOnFargate, why: "tasks on Fargate have subnets" },
  ]),
  ...inBlock("aws_ecs_service", "load_balancer", `${ECS}/API_LoadBalancer.html`, [
    { oneOf: ["target_group_arn", "elb_name"], why: "a load balancer sends to a target group" },
  ]),
  ...of("aws_autoscaling_group", `${EC2_AUTO_SCALING}/API_CreateAutoScalingGroup.html`, [
    {
      oneOf: ["launch_template", "mixed_instances_policy", "launch_configuration"],
      why: "a group launches from a template",
    },
    { oneOf: ["vpc_zone_identifier", "availability_zones"], why: "a group launches into subnets" },
  ]),
  ...inBlock(
    "aws_autoscaling_group",
    "launch_template",
    `${EC2_AUTO_SCALING}/API_LaunchTemplateSpecification.html`,
    [{ oneOf: ["id", "name"], why: "a template is known by its id or its name" }],
  ),
  ...of("aws_launch_template", `${EC2_AUTO_SCALING}/API_CreateAutoScalingGroup.html`, [
    { oneOf: ["image_id"], when: isLaunchedByAutoScaling, why: "an instance starts from an image" },
    {
      oneOf: ["instance_type", "instance_requirements"],
      when: isLaunchedByAutoScaling,
      why: "an instance has a type",
    },
  ]),
  ...of("aws_autoscaling_policy", `${EC2_AUTO_SCALING}/API_PutScalingPolicy.html`, [
    {
      oneOf: ["target_tracking_configuration"],
      when: says("policy_type", "TargetTrackingScaling"),
      why: "target tracking has a target",
    },
    {
      oneOf: ["predictive_scaling_configuration"],
      when: says("policy_type", "PredictiveScaling"),
      why: "a prediction is of something",
    },
    { oneOf: ["step_adjustment"], when: says("policy_type", "StepScaling"), why: "step scaling has steps" },
    {
      oneOf: ["adjustment_type"],
      when: says("policy_type", "StepScaling", "SimpleScaling"),
      why: "a change is in instances or in per cent",
    },
    {
      oneOf: ["scaling_adjustment"],
      when: says("policy_type", "SimpleScaling"),
      why: "simple scaling has a change",
    },
  ]),
  ...inBlock(
    "aws_autoscaling_policy",
    "target_tracking_configuration",
    `${EC2_AUTO_SCALING}/API_TargetTrackingConfiguration.html`,
    [{ oneOf: ["predefined_metric_specification", "customized_metric_specification"], why: METRIC }],
  ),
  ...of("aws_autoscaling_schedule", `${EC2_AUTO_SCALING}/API_PutScheduledUpdateGroupAction.html`, [
    { oneOf: ["recurrence", "start_time"], why: "a schedule has a time" },
    { oneOf: ["desired_capacity", "min_size", "max_size"], why: "a schedule changes a size" },
  ]),
  ...of("aws_appautoscaling_policy", `${APPLICATION_AUTO_SCALING}/API_PutScalingPolicy.html`, [
    {
      oneOf: ["target_tracking_scaling_policy_configuration"],
      when: says("policy_type", "TargetTrackingScaling"),
      why: "target tracking has a target",
    },
    {
      oneOf: ["step_scaling_policy_configuration"],
      when: says("policy_type", "StepScaling"),
      why: "step scaling has steps",
    },
  ]),
  ...inBlock(
    "aws_appautoscaling_policy",
    "target_tracking_scaling_policy_configuration",
    `${APPLICATION_AUTO_SCALING}/API_TargetTrackingScalingPolicyConfiguration.html`,
    [{ oneOf: ["predefined_metric_specification", "customized_metric_specification"], why: METRIC }],
  ),
  ...inBlock(
    "aws_appautoscaling_policy",
    "step_scaling_policy_configuration",
    `${APPLICATION_AUTO_SCALING}/API_StepScalingPolicyConfiguration.html`,
    [
      { oneOf: ["adjustment_type"], why: "a change is in tasks or in per cent" },
      { oneOf: ["step_adjustment"], why: "step scaling has steps" },
    ],
  ),
];
