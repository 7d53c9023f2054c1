import type { Instant } from "../controller.ts";
import { FURTHER_BACK, latestPoint } from "./alarm.ts";
import { type AlarmPolicy, type Cooldowns, NO_COOLDOWNS } from "./arbiter.ts";
import { meanOf, type ReplicaSample, type ScalingMetric } from "./metrics.ts";
import type { UnixTime } from "./occurrence.ts";
import type { PodAutoscalerState } from "./pod-autoscaler.ts";
import type { Bounds, ScalingSettings } from "./scaling-settings.ts";
import type { Series, SeriesSettings } from "./series.ts";
import { lowAlarm } from "./target-tracking.ts";

/** A change of the number of replicas. */
export interface ScalingActivity {
  readonly at: Instant;
  readonly from: number;
  readonly to: number;
  /** In words: `cpu 93 % of 70 %`, `at most 1 by the schedule evening`. */
  readonly cause: string;
}

export interface ScalingState {
  readonly service: string;
  readonly settings: ScalingSettings;
  /** As declared, or as a schedule has set them since. */
  readonly bounds: Bounds;
  /** The schedule that has set the bounds; null while they are the declared ones. */
  readonly boundsBy: string | null;
  /** The most that fits where the service runs; null: anything does. */
  readonly room: number | null;
  /** How many replicas there should be, by whoever said so last. */
  readonly desired: number;
  /** Of the policies that go by alarms; one for each metric and period. */
  readonly series: readonly Series[];
  readonly cooldowns: Cooldowns;
  /** Of the HorizontalPodAutoscaler; null until its first event, and where it does not run. */
  readonly pods: PodAutoscalerState | null;
  /** When each schedule comes next, in the settings' order; null when never again. Empty until the time is known. */
  readonly occurrences: readonly (UnixTime | null)[];
  /** What a rate counts from. */
  readonly since: UnixTime | null;
  /** Add it to an instant of the controller's clock to have the time of day; null until a sample says. */
  readonly unixOffsetMs: number | null;
  readonly latest: { readonly at: Instant; readonly replicas: readonly ReplicaSample[] } | null;
  readonly deploying: boolean;
  readonly lastActivity: ScalingActivity | null;
  readonly asOf: Instant;
}

export type ScalingEvent =
  /** What the replicas are doing now. Alarms average over samples; the autoscaler of pods goes by the newest. */
  | {
      readonly kind: "sample";
      readonly replicas: readonly ReplicaSample[];
      /** Whether a deployment replaces replicas. */
      readonly deploying: boolean;
      readonly time: UnixTime;
    }
  /** Something else has set the number of replicas. */
  | { readonly kind: "resized"; readonly desired: number }
  /** The most replicas that fit where the service runs; null: as many as its bounds allow. */
  | { readonly kind: "room"; readonly most: number | null }
  | { readonly kind: "configure"; readonly settings: ScalingSettings };

export type ScalingAction =
  | { readonly kind: "scale"; readonly from: number; readonly desired: number; readonly cause: string }
  /** A schedule has set the bounds. */
  | ({ readonly kind: "bounds"; readonly schedule: string } & Bounds);

export function initialScaling(
  service: string,
  settings: ScalingSettings,
  { desired, room }: Pick<ScalingState, "desired" | "room">,
): ScalingState {
  return {
    service,
    settings,
    bounds: settings.bounds,
    boundsBy: null,
    room,
    desired,
    series: [],
    cooldowns: NO_COOLDOWNS,
    pods: null,
    occurrences: [],
    since: null,
    unixOffsetMs: null,
    latest: null,
    deploying: false,
    lastActivity: null,
    asOf: Number.MIN_SAFE_INTEGER,
  };
}

/** What the number of replicas keeps within: the bounds, as far as there is room. */
export function effectiveBounds({ bounds, room }: Pick<ScalingState, "bounds" | "room">): Bounds {
  const max = Math.min(bounds.max, room ?? bounds.max);
  return { min: Math.min(bounds.min, max), max };
}

/** The series that a policy's alarms look at, as long as the alarm that looks back furthest needs. */
export function seriesOf(policy: AlarmPolicy): SeriesSettings {
  const { metric, periodMs } = policy;
  const { periods } = policy.kind === "step" ? policy.alarm : lowAlarm(policy);
  return { metric, periodMs, keep: periods + FURTHER_BACK };
}

export function pointsOf(
  { series }: Pick<ScalingState, "series">,
  policy: AlarmPolicy,
): readonly (number | null)[] {
  const { metric, periodMs } = policy;
  return series.find((each) => each.metric === metric && each.periodMs === periodMs)?.points ?? [];
}

/** A metric that a policy goes by: what it is now, and what the policy compares it with. */
export interface MetricView {
  readonly metric: ScalingMetric;
  /** The newest data point; null before the first. */
  readonly value: number | null;
  /** To be kept; null for a step policy. */
  readonly target: number | null;
  readonly above: number | null;
  readonly below: number | null;
}

/** The metrics that a service is scaled by, for people. */
export function metricViews(state: ScalingState): MetricView[] {
  const { autoscaler } = state.settings;
  const quiet = { target: null, above: null, below: null };
  if (autoscaler.kind === "pod-autoscaler")
    return autoscaler.metrics.map(({ metric, target }) => ({
      ...quiet,
      metric,
      value: meanOf(state.latest?.replicas ?? [], metric),
      target,
    }));
  return autoscaler.policies.map((policy) => ({
    ...quiet,
    metric: policy.metric,
    value: latestPoint(pointsOf(state, policy)),
    ...(policy.kind === "step" ? { [policy.alarm.when]: policy.alarm.threshold } : { target: policy.target }),
  }));
}
