import * as z from "zod";
import { parseCron } from "./cron.ts";
import { Name } from "./names.ts";
import { Duration } from "./quantities/duration.ts";

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
const Step = z
  .strictObject({
    kind: z.literal("step"),
    metric: Metric,
    when: z.enum(["above", "below"]),
    /** Per cent of what is declared for cpu and memory; requests a minute for requests-per-target. */
    threshold: z.number().min(0),
    /** How many periods in a row the metric must be beyond the threshold. */
    periods: z.int().min(1),
    period: Duration.prefault("60s"),
    /** Replicas to add (positive) or to remove (negative). */
    change: z.int().refine((change) => change !== 0, "a change of 0 scales nothing"),
    cooldown: Duration.prefault("300s"),
  })
  .refine(
    ({ metric, threshold }) => metric === "requests-per-target" || threshold <= 100,
    "a share is at most 100 per cent",
  );

const CronText = z.string().superRefine((text, context) => {
  const cron = parseCron(text);
  if ("problem" in cron) context.addIssue({ code: "custom", message: cron.problem });
});

const TimeZone = z.string().refine((zone) => {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: zone }));
  } catch {
    return false;
  }
}, 'a time zone of the IANA database is expected, like "Europe/Berlin"');

/** The 30th of February would be read as a day of March. */
function isOnCalendar(localTime: string): boolean {
  const time = Date.parse(`${localTime}Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(localTime);
}

/** Sets the bounds at a time: `cron`, `at` or `rate` says when. https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scheduled-scaling.html */
const Scheduled = z
  .strictObject({
    kind: z.literal("scheduled"),
    name: Name,
    /** AWS's cron with six fields, in `timeZone`: `"0 20 ? * MON-FRI *"`. */
    cron: CronText.optional(),
    /** Once, in `timeZone`: `"2026-12-24T18:00:00"`. */
    at: z
      .string()
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'a local time is expected, like "2026-12-24T18:00:00"')
      .refine(isOnCalendar, "no calendar has this time")
      .optional(),
    /** Again and again, counted from the start: `"12 hours"`. */
    rate: z
      .string()
      .regex(
        /^(1 (minute|hour|day)|([2-9]|[1-9]\d+) (minutes|hours|days))$/,
        'a rate is expected, like "12 hours"',
      )
      .optional(),
    /** In which `cron` and `at` are read; daylight saving is followed. */
    timeZone: TimeZone.default("UTC"),
    min: z.int().min(0),
    max: z.int().min(0),
  })
  .refine(
    ({ cron, at, rate }) => [cron, at, rate].filter((when) => when !== undefined).length === 1,
    "one of cron, at and rate is expected",
  );

/** Scales ahead of a load learned from the past. https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-predictive-scaling.html */
const Predictive = z.strictObject({
  kind: z.literal("predictive"),
  metric: Metric,
  target: z.number().positive(),
  mode: z.enum(["forecast-only", "forecast-and-scale"]).default("forecast-only"),
});

export const ScalingPolicy = z.discriminatedUnion("kind", [TargetTracking, Step, Scheduled, Predictive]);
