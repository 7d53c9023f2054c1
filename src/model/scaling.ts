import * as z from "zod";
import { Name } from "./names.ts";
import { Duration } from "./quantities/duration.ts";

const Percent = z.number().min(0).max(100);
const Metric = z.enum(["cpu", "memory", "requests-per-target"]);

/**
 * Keeps a metric at its target: Application Auto Scaling's target tracking on ECS and EC2, the
 * HorizontalPodAutoscaler on Kubernetes.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 */
const TargetTracking = z.strictObject({
  kind: z.literal("target-tracking"),
  metric: Metric,
  /** Per cent of what is declared for cpu and memory; requests a minute for requests-per-target. */
  target: z.number().positive(),
  cooldown: z.strictObject({ out: Duration.prefault("300s"), in: Duration.prefault("300s") }).prefault({}),
});

/** Adds or removes a fixed number when an alarm fires. https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html */
const Step = z.strictObject({
  kind: z.literal("step"),
  metric: Metric,
  when: z.enum(["above", "below"]),
  threshold: Percent,
  /** How many periods in a row the metric must be beyond the threshold. */
  periods: z.int().min(1),
  period: Duration.prefault("60s"),
  /** Replicas to add (positive) or to remove (negative). */
  change: z.int().refine((change) => change !== 0, "a change of 0 scales nothing"),
  cooldown: Duration.prefault("300s"),
});

/** Sets the bounds at a time. https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html */
const Scheduled = z.strictObject({
  kind: z.literal("scheduled"),
  name: Name,
  /** AWS's cron with six fields, in `timeZone`: `"0 20 ? * MON-FRI *"`. */
  cron: z.string().regex(/^\S+( \S+){5}$/, 'six fields are expected, like "0 20 ? * MON-FRI *"'),
  timeZone: z.string().default("UTC"),
  min: z.int().min(0),
  max: z.int().min(0),
});

/** Scales ahead of a load learned from the past. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-predictive-scaling.html */
const Predictive = z.strictObject({
  kind: z.literal("predictive"),
  metric: Metric,
  target: z.number().positive(),
  mode: z.enum(["forecast-only", "forecast-and-scale"]).default("forecast-only"),
});

export const ScalingPolicy = z.discriminatedUnion("kind", [TargetTracking, Step, Scheduled, Predictive]);
