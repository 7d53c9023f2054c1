import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Context } from "../context.ts";
import { seconds } from "../durations.ts";
import type { Expression } from "../hcl/expression.ts";
import { localName } from "../names.ts";
import type { Resource } from "../stack.ts";
import { type Metric, metricsOf } from "./metrics.ts";

type Alarm = ResolvedArchitecture["observability"]["alarms"][number];

/**
 * CloudWatch's alarms. What CloudWatch cannot see, such as the processor of a pod, Prometheus has the alert for.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html
 */
export function alarmsOf(context: Context, topic: Resource<"aws_sns_topic"> | null): void {
  const { architecture, stack, name } = context;
  const add = stack.file("observability");
  for (const alarm of architecture.observability.alarms)
    for (const metric of metricsOf(context, alarm.signal)) {
      const part = metric.part === "" ? [alarm.signal] : [alarm.signal, metric.part];
      add("aws_cloudwatch_metric_alarm", localName("alarm", ...part), {
        alarm_name: name(...part),
        alarm_description: `${metric.description} above ${alarm.above} ${alarm.unit} for ${alarm.periods} periods of ${seconds(alarm.period)} s`,
        namespace: metric.namespace,
        metric_name: metric.name,
        dimensions: metric.dimensions,
        ...(metric.percentile === undefined
          ? { statistic: metric.statistic }
          : { extended_statistic: metric.percentile }),
        comparison_operator: metric.below === true ? "LessThanThreshold" : "GreaterThanThreshold",
        threshold: thresholdOf(alarm, metric),
        period: seconds(alarm.period),
        evaluation_periods: alarm.periods,
        treat_missing_data: "notBreaching",
        ...actions(topic?.ref("arn")),
        tags: { Severity: alarm.severity },
      });
    }
}

function actions(topic: Expression<string> | undefined) {
  return topic === undefined ? {} : { alarm_actions: [topic], ok_actions: [topic] };
}

/** People say how full a disk may be and how many seconds a reader may lag; AWS counts bytes and milliseconds. */
function thresholdOf({ above, unit }: Alarm, metric: Metric): number {
  if (unit === "percent" && metric.whole !== undefined) return metric.whole(above);
  return unit === "seconds" && metric.inMilliseconds === true ? above * 1000 : above;
}
