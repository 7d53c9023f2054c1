/**
 * How many pods one metric asks for, as the HorizontalPodAutoscaler computes it.
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#algorithm-details
 */
import type { Instant } from "../controller.ts";
import type { ReplicaSample, ScalingMetric } from "./metrics.ts";

/** All times in milliseconds. */
export interface PodMetricSettings {
  /** Ratios that are no further from 1 change nothing (--horizontal-pod-autoscaler-tolerance, 0.1). */
  readonly tolerance: number;
  /** For so long after a pod's start its processors count only once it is ready (…-cpu-initialization-period, 5 min). */
  readonly cpuInitialisationMs: number;
  /** One that was ready within this time of its start has been ready (…-initial-readiness-delay, 30 s). */
  readonly initialReadinessMs: number;
  /** What a figure is averaged over (metrics-server's resolution, 15 s). */
  readonly windowMs: number;
}

export interface MetricTarget {
  readonly metric: ScalingMetric;
  /** Per cent of the requests, or requests a minute for each pod. */
  readonly target: number;
}

/** What a metric asks for. `value` is the mean of the pods that count; null where no pod has a figure. */
export interface PodReplicas {
  readonly desired: number;
  readonly value: number;
}

/**
 * The pods that a metric asks for. Pods that are not ready yet are set aside, and count as 0 % where it would scale
 * up; pods without a figure count as 0 % where it would scale up, and as 100 % of the request (or as the target, where
 * there is no request) where it would scale down. If that turns the direction around, nothing changes.
 */
export function podReplicas(
  { metric, target }: MetricTarget,
  pods: readonly ReplicaSample[],
  current: number,
  settings: PodMetricSettings,
  now: Instant,
): PodReplicas | null {
  const groups = groupPods(pods, metric, settings, now);
  if (groups.values.length === 0) return null;
  const value = mean(groups.values);
  const ratio = value / target;
  const asideCounts = groups.aside > 0 && ratio > 1;
  const tooSmall = (changed: number) => rounded(Math.abs(1 - changed)) <= settings.tolerance;
  if (!asideCounts && groups.missing === 0)
    return { value, desired: tooSmall(ratio) ? current : ceil(ratio * groups.values.length) };

  const values = [
    ...groups.values,
    ...repeat(groups.missing, ratio < 1 ? (metric === "requests-per-target" ? target : 100) : 0),
    ...repeat(asideCounts ? groups.aside : 0, 0),
  ];
  const corrected = mean(values) / target;
  const turned = (ratio < 1 && corrected > 1) || (ratio > 1 && corrected < 1);
  if (tooSmall(corrected) || turned) return { value, desired: current };
  const desired = ceil(corrected * values.length);
  // More or fewer pods than wanted may be there; their number must not turn the direction around either.
  const against = (corrected < 1 && desired > current) || (corrected > 1 && desired < current);
  return { value, desired: against ? current : desired };
}

function groupPods(
  pods: readonly ReplicaSample[],
  metric: ScalingMetric,
  settings: PodMetricSettings,
  now: Instant,
): { readonly values: readonly number[]; readonly missing: number; readonly aside: number } {
  const aside = pods.filter((pod) => metric === "cpu" && isInitialising(pod, settings, now));
  const counted = pods.filter((pod) => !aside.includes(pod));
  const values = counted.flatMap(({ figures }) => figures[metric] ?? []);
  return { values, missing: counted.length - values.length, aside: aside.length };
}

/** Whether a pod's processors are still busy with its start, so that they say nothing about its load. */
function isInitialising(
  { ready, startedAt, readyChangedAt }: ReplicaSample,
  settings: PodMetricSettings,
  now: Instant,
): boolean {
  if (now < startedAt + settings.cpuInitialisationMs)
    return !ready || readyChangedAt === null || now < readyChangedAt + settings.windowMs;
  return !ready && (readyChangedAt === null || readyChangedAt < startedAt + settings.initialReadinessMs);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function ceil(value: number): number {
  return Math.ceil(rounded(value));
}

/** Without what floating point leaves behind the last place. */
function rounded(value: number): number {
  return Number(value.toFixed(9));
}

function repeat(count: number, value: number): number[] {
  return Array.from({ length: count }, () => value);
}
