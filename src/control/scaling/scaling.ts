/**
 * Scales one service: by its metrics, as what it runs on does, and by schedules.
 *
 * - On ECS and EC2: policies of target tracking and of steps, weighed against each other in arbiter.ts, once for each
 *   data point.
 * - On EKS: one HorizontalPodAutoscaler, in pod-autoscaler.ts.
 * - Everywhere: scheduled actions set the bounds.
 *
 * Whatever happens, the number stays within the bounds, as far as there is room where the service runs. What falls
 * outside is brought back at once and begins no cooldown.
 * https://docs.aws.amazon.com/autoscaling/application/userguide/what-is-application-auto-scaling.html
 */
import { isDeepStrictEqual } from "node:util";
import {
  type Controller,
  type ControlLoop,
  type Instant,
  type Step,
  type Tick,
  applyRules,
  earliestAfter,
} from "../controller.ts";
import { arbitrate } from "./arbiter.ts";
import { meanOf } from "./metrics.ts";
import { nextOccurrence } from "./occurrence.ts";
import { initialPodAutoscaler, syncPods } from "./pod-autoscaler.ts";
import type { ScalingSettings, ScheduledAction } from "./scaling-settings.ts";
import {
  type ScalingAction,
  type ScalingEvent,
  type ScalingState,
  effectiveBounds,
  pointsOf,
  seriesOf,
} from "./scaling-state.ts";
import { addValue, closePeriods, emptySeries, type Series, type SeriesSettings } from "./series.ts";

type ScalingStep = Step<ScalingState, ScalingAction>;

/** Figures of this many sync periods ago say nothing about pods now. */
const STALE_AFTER_SYNCS = 4;

const step: Controller<ScalingState, ScalingEvent | Tick, ScalingAction> = (before, event, now) => {
  const configured = event.kind === "configure" ? configure(before, event.settings) : before;
  const series = advance(configured, now);
  const hasNewPoint = series.some(({ points }, index) => points !== configured.series[index]?.points);
  const state = applyEvent({ ...configured, series, asOf: now }, event, now);
  const rules = [runSchedules, keepWithinBounds, ...(hasNewPoint ? [goByAlarms] : []), goByPods];
  return applyRules({ state, actions: [] }, now, rules);
};

function nextWake({ unixOffsetMs, occurrences, series, pods, asOf }: ScalingState): Instant | null {
  const scheduled = occurrences.map((at) => (at === null ? null : at - (unixOffsetMs ?? 0)));
  return earliestAfter(asOf, [...scheduled, ...series.map(({ endsAt }) => endsAt), pods?.nextSyncAt ?? null]);
}

/** Scales one service. */
export const scalingLoop: ControlLoop<ScalingState, ScalingEvent, ScalingAction> = { step, nextWake };

/** Bounds that a schedule has set stay, unless the declared ones or the schedules are others now. */
function configure(state: ScalingState, settings: ScalingSettings): ScalingState {
  const { bounds, schedules } = state.settings;
  const pods = settings.autoscaler.kind === "pod-autoscaler" ? state.pods : null;
  if (isDeepStrictEqual([bounds, schedules], [settings.bounds, settings.schedules]))
    return { ...state, settings, pods };
  return { ...state, settings, pods, bounds: settings.bounds, boundsBy: null, occurrences: [] };
}

/** The series of the policies that there are, with the periods closed that are over. */
function advance({ settings, series }: ScalingState, now: Instant): Series[] {
  const { autoscaler } = settings;
  const wanted = new Map<string, SeriesSettings>();
  for (const policy of autoscaler.kind === "alarms" ? autoscaler.policies : []) {
    const { metric, periodMs, keep } = seriesOf(policy);
    const key = `${metric} ${periodMs}`;
    wanted.set(key, { metric, periodMs, keep: Math.max(keep, wanted.get(key)?.keep ?? 0) });
  }
  return [...wanted.values()].map((each) => {
    const present = series.find(
      ({ metric, periodMs }) => metric === each.metric && periodMs === each.periodMs,
    );
    return present ? closePeriods({ ...present, keep: each.keep }, now) : emptySeries(each, now);
  });
}

function applyEvent(state: ScalingState, event: ScalingEvent | Tick, now: Instant): ScalingState {
  switch (event.kind) {
    case "tick":
    case "configure":
      return state;
    case "resized":
      return { ...state, desired: event.desired };
    case "room":
      return { ...state, room: event.most };
    case "sample": {
      const { replicas, deploying, time } = event;
      const series = state.series.map((each) => addValue(each, meanOf(replicas, each.metric)));
      // Whole milliseconds, so that the instant of an occurrence is exact.
      const unixOffsetMs = Math.round(time - now);
      return {
        ...state,
        series,
        latest: { at: now, replicas },
        deploying,
        unixOffsetMs,
        since: state.since ?? time,
      };
    }
  }
}

/** Of what was due while nobody looked, because the machine slept, the last counts. */
function runSchedules(state: ScalingState, now: Instant): ScalingStep {
  const { unixOffsetMs, since, settings } = state;
  const { schedules } = settings;
  if (unixOffsetMs === null || since === null) return { state, actions: [] };
  const time = now + unixOffsetMs;
  if (state.occurrences.length !== schedules.length) {
    const occurrences = schedules.map(({ schedule }) => nextOccurrence(schedule, time, since));
    return { state: { ...state, occurrences }, actions: [] };
  }
  let occurrences = state.occurrences;
  let last: ScheduledAction | null = null;
  for (;;) {
    const at = Math.min(...occurrences.map((each) => each ?? Number.POSITIVE_INFINITY));
    const index = occurrences.indexOf(at);
    const due = schedules[index];
    if (due === undefined || at > time) break;
    last = due;
    occurrences = occurrences.with(index, nextOccurrence(due.schedule, at, since));
  }
  if (last === null) return { state, actions: [] };
  const { name, min, max } = last;
  return {
    state: { ...state, bounds: { min, max }, boundsBy: name, occurrences },
    actions: [{ kind: "bounds", schedule: name, min, max }],
  };
}

function keepWithinBounds(state: ScalingState, now: Instant): ScalingStep {
  const { desired, boundsBy, bounds } = state;
  const { min, max } = effectiveBounds(state);
  if (desired >= min && desired <= max) return { state, actions: [] };
  const by = boundsBy === null ? "" : ` by the schedule ${boundsBy}`;
  if (desired < min) return scale(state, min, `at least ${min}${by}`, now);
  return scale(state, max, max < bounds.max ? `there is room for ${max}` : `at most ${max}${by}`, now);
}

function goByAlarms(state: ScalingState, now: Instant): ScalingStep {
  const { settings, desired, cooldowns, deploying } = state;
  if (settings.autoscaler.kind !== "alarms") return { state, actions: [] };
  const situation = { capacity: desired, ...effectiveBounds(state), cooldowns, deploying };
  const decision = arbitrate(
    settings.autoscaler.policies,
    (policy) => pointsOf(state, policy),
    situation,
    now,
  );
  if (decision === null) return { state, actions: [] };
  return scale({ ...state, cooldowns: decision.cooldowns }, decision.desired, decision.cause, now);
}

function goByPods(state: ScalingState, now: Instant): ScalingStep {
  const { settings, desired, latest } = state;
  const { autoscaler } = settings;
  if (autoscaler.kind !== "pod-autoscaler") return { state, actions: [] };
  const pods = state.pods ?? initialPodAutoscaler(autoscaler, desired, now);
  if (now < pods.nextSyncAt) return { state: { ...state, pods }, actions: [] };
  const isFresh = latest !== null && now - latest.at <= autoscaler.syncMs * STALE_AFTER_SYNCS;
  const bounds = effectiveBounds(state);
  const sync = syncPods(
    autoscaler,
    pods,
    isFresh ? latest.replicas : [],
    { current: desired, ...bounds },
    now,
  );
  const synced = { ...state, pods: sync.state };
  return sync.desired === desired
    ? { state: synced, actions: [] }
    : scale(synced, sync.desired, sync.cause, now);
}

function scale(state: ScalingState, desired: number, cause: string, now: Instant): ScalingStep {
  const from = state.desired;
  return {
    state: { ...state, desired, lastActivity: { at: now, from, to: desired, cause } },
    actions: [{ kind: "scale", from, desired, cause }],
  };
}
