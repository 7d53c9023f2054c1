import type { ResolvedService } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import { text } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { LoadBalancer } from "../entry/load-balancer.ts";
import type { Resource } from "../stack.ts";
import { unsupported } from "../unsupported.ts";

type Replicated = Exclude<ResolvedService, { readonly kind: "job" }>;
type Policy = Replicated["scaling"][number];

/** Scaling of an Auto Scaling group. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html and …/as-scaling-simple-step.html */
export function ec2ScalingOf(
  { stack, name }: Context,
  service: string,
  { scaling }: Replicated,
  group: Resource<"aws_autoscaling_group">,
  loadBalancer: LoadBalancer,
): void {
  const add = stack.file("compute");
  const of = { autoscaling_group_name: group.ref("name") };
  const dimensions = { AutoScalingGroupName: group.ref("name") };

  const track = (policy: Extract<Policy, { kind: "target-tracking" | "predictive" }>) => {
    const metric = policy.metric;
    if (metric === "memory")
      throw unsupported(
        `services.${service}.scaling`,
        "EC2 Auto Scaling has no metric of memory of its own",
        "Track cpu or requests-per-target.",
      );
    return metric;
  };
  const requests = () => {
    const targets = loadBalancer.targetGroups[service];
    return targets
      ? text`${loadBalancer.balancer.ref("arn_suffix")}/${targets.ref("arn_suffix")}`
      : undefined;
  };

  for (const policy of scaling) {
    if (policy.kind === "target-tracking") {
      const metric = track(policy);
      add("aws_autoscaling_policy", localName(service, metric), {
        name: name(service, metric),
        policy_type: "TargetTrackingScaling",
        ...of,
        target_tracking_configuration: {
          target_value: policy.target,
          predefined_metric_specification:
            metric === "cpu"
              ? { predefined_metric_type: "ASGAverageCPUUtilization" }
              : { predefined_metric_type: "ALBRequestCountPerTarget", resource_label: requests() },
        },
      });
    } else if (policy.kind === "predictive") {
      const metric = track(policy);
      add("aws_autoscaling_policy", localName(service, "predictive", metric), {
        name: name(service, "predictive", metric),
        policy_type: "PredictiveScaling",
        ...of,
        predictive_scaling_configuration: {
          mode: policy.mode === "forecast-only" ? "ForecastOnly" : "ForecastAndScale",
          metric_specification: {
            target_value: policy.target,
            predefined_metric_pair_specification: {
              predefined_metric_type: metric === "cpu" ? "ASGCPUUtilization" : "ALBRequestCount",
              resource_label: metric === "cpu" ? undefined : requests(),
            },
          },
        },
      });
    } else if (policy.kind === "step") {
      const part = [policy.metric, policy.when];
      const made = add("aws_autoscaling_policy", localName(service, ...part), {
        name: name(service, ...part),
        policy_type: "SimpleScaling",
        ...of,
        adjustment_type: "ChangeInCapacity",
        scaling_adjustment: policy.change,
        cooldown: seconds(policy.cooldown),
      });
      add("aws_cloudwatch_metric_alarm", localName(service, ...part), {
        alarm_name: name(service, ...part),
        alarm_description: `Scales ${service} by ${policy.change}`,
        ...(policy.metric === "memory"
          ? { namespace: "CWAgent", metric_name: "mem_used_percent" }
          : { namespace: "AWS/EC2", metric_name: "CPUUtilization" }),
        dimensions,
        statistic: "Average",
        comparison_operator: policy.when === "above" ? "GreaterThanThreshold" : "LessThanThreshold",
        threshold: policy.threshold,
        period: seconds(policy.period),
        evaluation_periods: policy.periods,
        alarm_actions: [made.ref("arn")],
      });
    } else {
      if (policy.cron === undefined && policy.at === undefined)
        throw unsupported(
          `services.${service}.scaling`,
          "EC2 Auto Scaling schedules by cron or at a time, not at a rate",
          "Give cron instead of rate.",
        );
      add("aws_autoscaling_schedule", localName(service, policy.name), {
        scheduled_action_name: name(service, policy.name),
        ...of,
        recurrence: policy.cron === undefined ? undefined : unixCron(policy.cron),
        start_time: policy.at === undefined ? undefined : `${policy.at}Z`,
        time_zone: policy.timeZone,
        min_size: policy.min,
        max_size: policy.max,
        desired_capacity: policy.min,
      });
    }
  }
}

/** EC2 Auto Scaling takes the five fields of Unix: no year, and `*` for `?`. */
function unixCron(cron: string): string {
  const fields = cron.split(/\s+/).map((field) => (field === "?" ? "*" : field));
  return fields.slice(0, 5).join(" ");
}
