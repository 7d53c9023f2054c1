/**
 * Target tracking, as Application Auto Scaling and EC2 Auto Scaling do it.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-autoscaling-targettracking.html
 *
 * AWS creates two alarms for a policy: three points of a minute above the target, and fifteen below nine tenths of it.
 * Scaling out is proportional and rounded up. Scaling in is gradual; AWS does not publish how. Here half of what the
 * highest of the fifteen points leaves over goes, rounded up, so that no policy undershoots by one quiet minute. Where
 * data is missing, nothing scales.
 */
import { type Alarm, alarmState, latestPoint } from "./alarm.ts";
import { type ScalingMetric, showMetric } from "./metrics.ts";
import type { Opinion } from "./opinion.ts";

export interface TargetTracking {
  readonly kind: "target-tracking";
  readonly metric: ScalingMetric;
  readonly target: number;
  readonly periodMs: number;
  readonly cooldownMs: { readonly out: number; readonly in: number };
}

const OUT_PERIODS = 3;
const IN_PERIODS = 15;
const IN_SHARE = 0.9;

export function highAlarm({ target }: TargetTracking): Alarm {
  return { when: "above", threshold: target, periods: OUT_PERIODS, datapoints: OUT_PERIODS };
}

export function lowAlarm({ target }: TargetTracking): Alarm {
  return { when: "below", threshold: target * IN_SHARE, periods: IN_PERIODS, datapoints: IN_PERIODS };
}

/**
 * What the policy wants.
 * @param capacity how many replicas there are.
 * @param base what scaling out counts from: the capacity before the scale-out whose cooldown runs, else `capacity`.
 */
export function trackTarget(
  policy: TargetTracking,
  points: readonly (number | null)[],
  { capacity, base }: { readonly capacity: number; readonly base: number },
): Opinion {
  const { metric, target } = policy;
  const latest = latestPoint(points);
  if (latest === null) return { kind: "hold" };
  const cause = `${metric} ${showMetric(metric, latest)} of ${showMetric(metric, target)}`;
  if (alarmState(highAlarm(policy), points) === "alarm")
    return { kind: "out", desired: Math.ceil((base * latest) / target), cause };
  if (alarmState(lowAlarm(policy), points) !== "alarm") return { kind: "hold" };
  const highest = Math.max(...points.slice(-IN_PERIODS).map((point) => point ?? 0));
  const needed = Math.ceil((capacity * highest) / target);
  return { kind: "in", desired: capacity - Math.ceil((capacity - needed) / 2), cause };
}
