/**
 * Kubernetes' HorizontalPodAutoscaler.
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/
 *
 * Every sync period each metric asks for a number of pods, and the largest counts. Where a metric has no figures, the
 * others may scale up and not down. Then come the stabilisation windows (up: the least of what was asked for within it;
 * down: the most), and then how fast the number may change.
 * https://kubernetes.io/docs/concepts/workloads/autoscaling/horizontal-pod-autoscale/#configurable-scaling-behavior
 */
import type { Instant } from "../controller.ts";
import { type ReplicaSample, showMetric } from "./metrics.ts";
import { type MetricTarget, type PodMetricSettings, podReplicas } from "./pod-replicas.ts";

/** How fast the number may change in one direction; all times in milliseconds. */
export interface ScalingRules {
  readonly stabilisationMs: number;
  /** Of these, the one that allows the most counts (selectPolicy: Max). */
  readonly policies: readonly {
    readonly kind: "pods" | "percent";
    readonly value: number;
    readonly periodMs: number;
  }[];
}

export interface PodAutoscaler extends PodMetricSettings {
  readonly kind: "pod-autoscaler";
  readonly metrics: readonly MetricTarget[];
  readonly syncMs: number;
  readonly up: ScalingRules;
  readonly down: ScalingRules;
}

export interface PodAutoscalerState {
  readonly nextSyncAt: Instant;
  /** What was asked for before stabilisation, within the longer window. */
  readonly asked: readonly { readonly at: Instant; readonly replicas: number }[];
  /** How the number was changed, positive for up, within the longest period of a rule. */
  readonly changes: readonly { readonly at: Instant; readonly change: number }[];
}

export function initialPodAutoscaler({ syncMs }: PodAutoscaler, current: number, now: Instant) {
  // The number that it finds is what was asked for: nothing scales down before the first window is over.
  const asked = [{ at: now, replicas: current }];
  return { nextSyncAt: now + syncMs, asked, changes: [] } satisfies PodAutoscalerState;
}

export interface Sync {
  readonly state: PodAutoscalerState;
  readonly desired: number;
  /** Why; empty where nothing changes. */
  readonly cause: string;
}

/** One round of the autoscaler at its sync period. Where there are to be no pods it is switched off, as in Kubernetes. */
export function syncPods(
  autoscaler: PodAutoscaler,
  before: PodAutoscalerState,
  pods: readonly ReplicaSample[],
  { current, min, max }: { readonly current: number; readonly min: number; readonly max: number },
  now: Instant,
): Sync {
  const state = { ...before, nextSyncAt: now + autoscaler.syncMs };
  if (current === 0) return { state, desired: 0, cause: "" };
  const { wanted, cause } = wantedByMetrics(autoscaler, pods, current, now);
  const stable = stabilise(autoscaler, before.asked, { current, wanted }, now);
  const desired = limit(autoscaler, before.changes, { current, wanted: stable, min, max }, now);
  const asked = [...within(before.asked, longestWindow(autoscaler), now), { at: now, replicas: wanted }];
  const changes = [
    ...within(before.changes, longestPeriod(autoscaler), now),
    ...(desired === current ? [] : [{ at: now, change: desired - current }]),
  ];
  return { state: { ...state, asked, changes }, desired, cause: desired === current ? "" : cause };
}

function wantedByMetrics(
  autoscaler: PodAutoscaler,
  pods: readonly ReplicaSample[],
  current: number,
  now: Instant,
): { readonly wanted: number; readonly cause: string } {
  const asked = autoscaler.metrics.map((target) => ({
    ...target,
    ...podReplicas(target, pods, current, autoscaler, now),
  }));
  const known = asked.flatMap(({ desired, value, metric, target }) =>
    desired === undefined || value === undefined ? [] : [{ desired, value, metric, target }],
  );
  const [first] = known;
  if (first === undefined) return { wanted: current, cause: "" };
  const most = known.reduce((best, each) => (each.desired > best.desired ? each : best), first);
  if (known.length < asked.length && most.desired < current) return { wanted: current, cause: "" };
  const cause = `${most.metric} ${showMetric(most.metric, most.value)} of ${showMetric(most.metric, most.target)}`;
  return { wanted: most.desired, cause };
}

function stabilise(
  { up, down }: PodAutoscaler,
  asked: PodAutoscalerState["asked"],
  { current, wanted }: { readonly current: number; readonly wanted: number },
  now: Instant,
): number {
  const inWindow = (ms: number) => asked.filter(({ at }) => at > now - ms).map(({ replicas }) => replicas);
  const least = Math.min(wanted, ...inWindow(up.stabilisationMs));
  const most = Math.max(wanted, ...inWindow(down.stabilisationMs));
  return Math.min(Math.max(current, least), most);
}

function limit(
  { up, down }: PodAutoscaler,
  changes: PodAutoscalerState["changes"],
  { current, wanted, min, max }: Readonly<Record<"current" | "wanted" | "min" | "max", number>>,
  now: Instant,
): number {
  /** How many there were when the period began. */
  const startOf = (periodMs: number) =>
    changes.filter(({ at }) => at > now - periodMs).reduce((count, { change }) => count - change, current);
  const bounds = ({ policies }: ScalingRules, sign: 1 | -1) =>
    policies.map(({ kind, value, periodMs }) => {
      const start = startOf(periodMs);
      const reached = kind === "pods" ? start + sign * value : start * (1 + (sign * value) / 100);
      return sign > 0 ? Math.ceil(reached) : Math.floor(reached);
    });
  const fastest = wanted > current ? Math.max(...bounds(up, 1)) : Math.min(...bounds(down, -1));
  // What has just been added may go no faster than the rules say, but a rule never turns the direction around.
  const allowed = wanted > current ? Math.max(current, fastest) : Math.min(current, fastest);
  const reached = wanted > current ? Math.min(wanted, allowed) : Math.max(wanted, allowed);
  return Math.min(Math.max(reached, min), max);
}

function within<Entry extends { readonly at: Instant }>(
  entries: readonly Entry[],
  ms: number,
  now: Instant,
): Entry[] {
  return entries.filter(({ at }) => at > now - ms);
}

function longestWindow({ up, down }: PodAutoscaler): number {
  return Math.max(up.stabilisationMs, down.stabilisationMs);
}

function longestPeriod({ up, down }: PodAutoscaler): number {
  return Math.max(...[...up.policies, ...down.policies].map(({ periodMs }) => periodMs));
}
