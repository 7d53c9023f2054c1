import type { ResolvedService } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import { text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { LoadBalancer } from "../entry/load-balancer.ts";
import type { Resource } from "../stack.ts";
import { unsupported } from "../unsupported.ts";
import { scheduleOf } from "./schedule.ts";

type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;
type Policy = Replicated["scaling"][number];
type Tracking = Extract<Policy, { readonly kind: "target-tracking" }>;
type Step = Extract<Policy, { readonly kind: "step" }>;

const DIMENSION = "ecs:service:DesiredCount";

/** Application Auto Scaling of an ECS service. https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-auto-scaling.html */
export function ecsScalingOf(
  { stack, name }: Context,
  service: string,
  { scaling, replicas }: Replicated,
  cluster: Resource<"aws_ecs_cluster">,
  running: Resource<"aws_ecs_service">,
  loadBalancer: LoadBalancer,
): void {
  if (scaling.length === 0) return;
  const add = stack.file("compute");
  const target = add("aws_appautoscaling_target", localName(service), {
    service_namespace: "ecs",
    resource_id: text`service/${cluster.ref("name")}/${running.ref("name")}`,
    scalable_dimension: DIMENSION,
    min_capacity: replicas.min,
    max_capacity: replicas.max,
  });
  const of = {
    service_namespace: target.ref("service_namespace"),
    resource_id: target.ref("resource_id"),
    scalable_dimension: target.ref("scalable_dimension"),
  };
  const track = (policy: Tracking) =>
    add("aws_appautoscaling_policy", localName(service, policy.metric), {
      name: name(service, policy.metric),
      policy_type: "TargetTrackingScaling",
      ...of,
      target_tracking_scaling_policy_configuration: {
        target_value: policy.target,
        scale_out_cooldown: seconds(policy.cooldown.out),
        scale_in_cooldown: seconds(policy.cooldown.in),
        predefined_metric_specification: predefined(policy, loadBalancer, service),
      },
    });
  const step = (policy: Step) => {
    const part = [policy.metric, policy.when];
    const made = add("aws_appautoscaling_policy", localName(service, ...part), {
      name: name(service, ...part),
      policy_type: "StepScaling",
      ...of,
      step_scaling_policy_configuration: {
        adjustment_type: "ChangeInCapacity",
        cooldown: seconds(policy.cooldown),
        metric_aggregation_type: "Average",
        step_adjustment: {
          scaling_adjustment: policy.change,
          ...(policy.when === "above"
            ? { metric_interval_lower_bound: "0" }
            : { metric_interval_upper_bound: "0" }),
        },
      },
    });
    add("aws_cloudwatch_metric_alarm", localName(service, ...part), {
      alarm_name: name(service, ...part),
      alarm_description: `Scales ${service} by ${policy.change}`,
      namespace: "AWS/ECS",
      metric_name: policy.metric === "memory" ? "MemoryUtilization" : "CPUUtilization",
      dimensions: { ClusterName: cluster.ref("name"), ServiceName: running.ref("name") },
      statistic: "Average",
      comparison_operator: policy.when === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
      threshold: policy.threshold,
      period: seconds(policy.period),
      evaluation_periods: policy.periods,
      alarm_actions: [made.ref("arn")],
    });
  };
  for (const policy of scaling) {
    if (policy.kind === "target-tracking") track(policy);
    else if (policy.kind === "step") step(policy);
    else if (policy.kind === "predictive")
      throw unsupported(
        `services.${service}.scaling`,
        "the provider has no predictive scaling for ECS",
        "Use target tracking, or scheduled scaling for a load whose times are known.",
      );
    else
      add("aws_appautoscaling_scheduled_action", localName(service, policy.name), {
        name: name(service, policy.name),
        ...of,
        ...scheduleOf(policy),
        scalable_target_action: { min_capacity: String(policy.min), max_capacity: String(policy.max) },
      });
  }
}

function predefined({ metric }: Tracking, { balancer, targetGroups }: LoadBalancer, service: string) {
  if (metric === "cpu") return { predefined_metric_type: "ECSServiceAverageCPUUtilization" };
  if (metric === "memory") return { predefined_metric_type: "ECSServiceAverageMemoryUtilization" };
  const group = targetGroups[service];
  return {
    predefined_metric_type: "ALBRequestCountPerTarget",
    resource_label: group ? text`${balancer.ref("arn_suffix")}/${group.ref("arn_suffix")}` : undefined,
  };
}
