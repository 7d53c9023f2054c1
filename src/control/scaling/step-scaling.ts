/**
 * Step scaling: an alarm adds or removes a number of replicas, by how far the metric is beyond the threshold.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
 * https://docs.aws.amazon.com/autoscaling/application/userguide/step-scaling-policy-overview.html
 */
import { type Alarm, alarmState, latestPoint } from "./alarm.ts";
import { type ScalingMetric, showMetric } from "./metrics.ts";
import type { Opinion } from "./opinion.ts";

/** The change for breaches of some size. Bounds are differences to the threshold; null is without bound. */
export interface StepAdjustment {
  readonly lower: number | null;
  readonly upper: number | null;
  /** Replicas to add (positive) or to remove (negative): ChangeInCapacity. */
  readonly change: number;
}

export interface StepScaling {
  readonly kind: "step";
  readonly metric: ScalingMetric;
  readonly alarm: Alarm;
  readonly periodMs: number;
  readonly adjustments: readonly StepAdjustment[];
  readonly cooldownMs: number;
}

/** What the policy wants; `capacity` and `base` as for target tracking. */
export function takeStep(
  policy: StepScaling,
  points: readonly (number | null)[],
  { capacity, base }: { readonly capacity: number; readonly base: number },
): Opinion {
  const { metric, alarm, adjustments } = policy;
  const latest = latestPoint(points);
  if (latest === null || alarmState(alarm, points) !== "alarm") return { kind: "none" };
  const change = adjustments.find((step) => covers(step, latest - alarm.threshold, alarm.when))?.change ?? 0;
  if (change === 0) return { kind: "none" };
  const cause = `${metric} ${showMetric(metric, latest)}, ${alarm.when} ${showMetric(metric, alarm.threshold)}`;
  return change > 0
    ? { kind: "out", desired: base + change, cause }
    : { kind: "in", desired: capacity + change, cause };
}

/** Above the threshold the lower bound belongs to the step, below it the upper one. */
function covers({ lower, upper }: StepAdjustment, breach: number, when: Alarm["when"]): boolean {
  const [from, to] = [lower ?? Number.NEGATIVE_INFINITY, upper ?? Number.POSITIVE_INFINITY];
  return when === "above" ? breach >= from && breach < to : breach > from && breach <= to;
}
