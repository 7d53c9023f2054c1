import type { ResolvedArchitecture, ResolvedService } from "#model/architecture.ts";
import type { AlarmPolicy } from "./arbiter.ts";
import type { Schedule } from "./occurrence.ts";
import type { PodAutoscaler } from "./pod-autoscaler.ts";
import type { ScalingTiming } from "./timing.ts";

export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A scheduled action: sets the bounds. */
export interface ScheduledAction extends Bounds {
  readonly name: string;
  readonly schedule: Schedule;
}

/** What changes the number of a service's replicas by metrics. */
export type Autoscaler =
  | PodAutoscaler
  | { readonly kind: "alarms"; readonly policies: readonly AlarmPolicy[] };

export interface ScalingSettings {
  /** As declared; schedules change them. */
  readonly bounds: Bounds;
  readonly autoscaler: Autoscaler;
  readonly schedules: readonly ScheduledAction[];
}

type Replicated = Exclude<ResolvedService, { kind: "job" }>;
type Policy = Replicated["scaling"][number];
type ComputeKind = ResolvedArchitecture["compute"]["kind"];
type TargetTrackingPolicy = Extract<Policy, { kind: "target-tracking" }>;

/** AWS publishes the metrics that target tracking goes by every minute. */
const TRACKING_PERIOD_MS = 60_000;

/**
 * Which policies do something on what a service runs on. Pods have the HorizontalPodAutoscaler, which takes targets and
 * no steps; nothing here predicts.
 */
const APPLIES: Readonly<Record<ComputeKind, readonly Policy["kind"][]>> = {
  eks: ["target-tracking", "scheduled"],
  "ecs-fargate": ["target-tracking", "step", "scheduled"],
  "ec2-auto-scaling": ["target-tracking", "step", "scheduled"],
};

/** A service's policies, as what it runs on carries them out; null where none of them does anything. */
export function scalingSettings(
  { replicas, scaling }: Pick<Replicated, "replicas" | "scaling">,
  compute: ComputeKind,
  timing: ScalingTiming,
): ScalingSettings | null {
  const policies = scaling.filter(({ kind }) => APPLIES[compute].includes(kind));
  if (policies.length === 0) return null;
  const schedules = policies.flatMap((policy) =>
    policy.kind === "scheduled" ? [scheduledAction(policy)] : [],
  );
  const tracking = policies.filter((policy) => policy.kind === "target-tracking");
  const autoscaler: Autoscaler =
    compute === "eks" && tracking.length > 0
      ? podAutoscaler(tracking, timing)
      : { kind: "alarms", policies: policies.flatMap((policy) => alarmPolicy(policy, timing)) };
  return { bounds: { min: replicas.min, max: replicas.max }, autoscaler, schedules };
}

/** The policies of a service that nothing carries out where it runs. */
export function policiesLeftOut(
  { scaling }: Pick<Replicated, "scaling">,
  compute: ComputeKind,
): Policy["kind"][] {
  return scaling.map(({ kind }) => kind).filter((kind) => !APPLIES[compute].includes(kind));
}

function alarmPolicy(policy: Policy, { periods, waits }: ScalingTiming): AlarmPolicy[] {
  switch (policy.kind) {
    case "target-tracking": {
      const { kind, metric, target, cooldown } = policy;
      const cooldownMs = { out: cooldown.out * waits, in: cooldown.in * waits };
      return [{ kind, metric, target, cooldownMs, periodMs: TRACKING_PERIOD_MS * periods }];
    }
    case "step": {
      const { kind, metric, when, threshold, change, period, cooldown } = policy;
      const alarm = { when, threshold, periods: policy.periods, datapoints: policy.periods };
      const adjustments = [{ lower: null, upper: null, change }];
      return [{ kind, metric, alarm, adjustments, periodMs: period * periods, cooldownMs: cooldown * waits }];
    }
    case "scheduled":
    case "predictive":
      return [];
  }
}

/**
 * One autoscaler for all targets, with the rules that Kubernetes has unless told: up by 4 pods or 100 % every 15 s, down
 * by 100 %. The longest of the declared cooldowns are its stabilisation windows.
 */
function podAutoscaler(policies: readonly TargetTrackingPolicy[], timing: ScalingTiming): PodAutoscaler {
  const { waits, podSyncMs, cpuInitialisationMs, initialReadinessMs } = timing;
  const window = (direction: "out" | "in") =>
    Math.max(...policies.map(({ cooldown }) => cooldown[direction])) * waits;
  const doubling = { kind: "percent", value: 100, periodMs: podSyncMs } as const;
  const four = { kind: "pods", value: 4, periodMs: podSyncMs } as const;
  return {
    kind: "pod-autoscaler",
    metrics: policies.map(({ metric, target }) => ({ metric, target })),
    syncMs: podSyncMs,
    tolerance: 0.1,
    cpuInitialisationMs,
    initialReadinessMs,
    windowMs: podSyncMs,
    up: { stabilisationMs: window("out"), policies: [four, doubling] },
    down: { stabilisationMs: window("in"), policies: [doubling] },
  };
}

const RATE_UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function scheduledAction(policy: Extract<Policy, { kind: "scheduled" }>): ScheduledAction {
  const { name, min, max } = policy;
  return { name, min, max, schedule: scheduleOf(policy) };
}

function scheduleOf({ cron, at, rate, timeZone }: Extract<Policy, { kind: "scheduled" }>): Schedule {
  if (cron !== undefined) return { kind: "cron", cron, timeZone };
  if (at !== undefined) return { kind: "at", at, timeZone };
  const [count, unit = ""] = (rate ?? "").split(" ");
  return { kind: "rate", everyMs: Number(count) * (RATE_UNITS[unit.replace(/s$/, "")] ?? Number.NaN) };
}
