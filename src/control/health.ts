/**
 * Target health as an Application Load Balancer decides it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
 *
 * That page: "After your target is registered, it must pass one health check to be considered
 * healthy." So a target that is still `initial` becomes healthy by its first success. After that the
 * thresholds apply, and they count results in a row: `unhealthyThreshold` failures take a target out,
 * `healthyThreshold` successes bring it back. A target that never passed is `initial` until
 * `unhealthyThreshold` failures have made it unhealthy.
 *
 * Probes of one target never overlap. "The time that it takes for the target to respond does not
 * affect the interval": the next probe starts one interval after the last one started, or, when the
 * time-out is longer than the interval, as soon as the last one has ended.
 */
import {
  type Controller,
  type ControlLoop,
  type Instant,
  type Step,
  type Tick,
  applyRules,
  earliestAfter,
} from "./controller.ts";

export interface HealthSettings {
  /** From the start of one probe to the start of the next (HealthCheckIntervalSeconds), in ms. */
  readonly intervalMs: number;
  /** How long a probe may take to be answered (HealthCheckTimeoutSeconds), in ms. */
  readonly timeoutMs: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
}

/** AWS's reason codes: https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html */
export type ProbeFailure = "Target.ResponseCodeMismatch" | "Target.Timeout" | "Target.FailedHealthChecks";

export interface Target {
  readonly status: "initial" | "healthy" | "unhealthy" | "draining";
  /** Why it has this status; null when it is healthy. */
  readonly reason: "Elb.InitialHealthChecking" | "Target.DeregistrationInProgress" | ProbeFailure | null;
  /** Successes and failures in a row; at most one of them is above zero. */
  readonly successes: number;
  readonly failures: number;
  /** The probe that is under way. */
  readonly probe: { readonly id: number; readonly deadline: Instant } | null;
  readonly nextProbeAt: Instant;
}

export interface HealthState {
  readonly settings: HealthSettings;
  readonly targets: Readonly<Record<string, Target>>;
  readonly nextProbeId: number;
}

export type HealthEvent =
  /** Other settings, from the next probe and the next result on. */
  | { readonly kind: "configure"; readonly settings: HealthSettings }
  | { readonly kind: "register"; readonly target: string }
  /** Stop sending it new requests; it is probed no more. */
  | { readonly kind: "deregister"; readonly target: string }
  /** Its connections have ended or its process has; forget it. */
  | { readonly kind: "remove"; readonly target: string }
  | { readonly kind: "passed"; readonly target: string; readonly probe: number }
  | {
      readonly kind: "failed";
      readonly target: string;
      readonly probe: number;
      readonly reason: ProbeFailure;
    };

export type HealthAction =
  /** Probe it once and answer with this id; after `timeoutMs` nobody listens any more. */
  | { readonly kind: "probe"; readonly target: string; readonly probe: number; readonly timeoutMs: number }
  | { readonly kind: "healthy"; readonly target: string }
  | { readonly kind: "unhealthy"; readonly target: string; readonly reason: ProbeFailure };

/**
 * `local` probes fast, because everything is on one machine, and keeps the thresholds that the
 * document declares; `document` keeps the declared interval and time-out as well.
 */
export type TimingProfile = "local" | "document";

const localTiming = { intervalMs: 200, timeoutMs: 500 };

export function healthTiming(profile: TimingProfile, declared: HealthSettings): HealthSettings {
  return profile === "local" ? { ...declared, ...localTiming } : declared;
}

export function initialHealth(settings: HealthSettings): HealthState {
  return { settings, targets: {}, nextProbeId: 1 };
}

/**
 * The targets that get requests, in the order of their registration: the healthy ones, or, when none
 * is healthy, all unhealthy ones ("the load balancer fails open").
 */
export function routableTargets(state: HealthState): readonly string[] {
  const withStatus = (status: Target["status"]): string[] =>
    Object.keys(state.targets).filter((name) => state.targets[name]?.status === status);
  const healthy = withStatus("healthy");
  return healthy.length > 0 ? healthy : withStatus("unhealthy");
}

const step: Controller<HealthState, HealthEvent | Tick, HealthAction> = (state, event, now) =>
  applyRules(applyEvent(state, event, now), now, [expireProbes, startProbes]);

function nextWake(state: HealthState): Instant | null {
  const deadlines = Object.values(state.targets).map((target) => {
    if (target.status === "draining") return null;
    return target.probe === null ? target.nextProbeAt : target.probe.deadline;
  });
  return earliestAfter(Number.NEGATIVE_INFINITY, deadlines);
}

/** Health checking of one target group. */
export const healthLoop: ControlLoop<HealthState, HealthEvent, HealthAction> = { step, nextWake };

function applyEvent(
  state: HealthState,
  event: HealthEvent | Tick,
  now: Instant,
): Step<HealthState, HealthAction> {
  if (event.kind === "tick") return { state, actions: [] };
  if (event.kind === "configure") return { state: configured(state, event.settings, now), actions: [] };
  const target = state.targets[event.target];
  switch (event.kind) {
    case "register": {
      // Registering again while it drains is a new registration, as it is on AWS.
      if (target !== undefined && target.status !== "draining") return { state, actions: [] };
      return { state: withTarget(state, event.target, newTarget(now)), actions: [] };
    }
    case "deregister": {
      if (target === undefined) return { state, actions: [] };
      const draining = {
        ...target,
        status: "draining",
        reason: "Target.DeregistrationInProgress",
        probe: null,
      } as const;
      return { state: withTarget(state, event.target, draining), actions: [] };
    }
    case "remove": {
      const { [event.target]: _removed, ...targets } = state.targets;
      return { state: { ...state, targets }, actions: [] };
    }
    case "passed":
    case "failed": {
      const { probe } = target ?? { probe: null };
      // An answer to an older probe, or one after the time-out, says nothing about the target now.
      if (probe === null || probe.id !== event.probe || now > probe.deadline) return { state, actions: [] };
      return finishProbe(state, event.target, event.kind === "passed" ? null : event.reason);
    }
  }
}

/** A probe that was to wait for the end of a long interval comes when the new one says. */
function configured(state: HealthState, settings: HealthSettings, now: Instant): HealthState {
  const latest = now + settings.intervalMs;
  const targets = Object.entries(state.targets).map(([name, target]) => [
    name,
    { ...target, nextProbeAt: Math.min(target.nextProbeAt, latest) },
  ]);
  return { ...state, settings, targets: Object.fromEntries(targets) };
}

function expireProbes(state: HealthState, now: Instant): Step<HealthState, HealthAction> {
  const expired = Object.keys(state.targets).filter((name) => {
    const probe = state.targets[name]?.probe ?? null;
    return probe !== null && now >= probe.deadline;
  });
  return applyRules(
    { state, actions: [] },
    now,
    expired.map((name) => (current) => finishProbe(current, name, "Target.Timeout")),
  );
}

function startProbes(state: HealthState, now: Instant): Step<HealthState, HealthAction> {
  const { intervalMs, timeoutMs } = state.settings;
  let next = state;
  const actions: HealthAction[] = [];
  for (const [name, target] of Object.entries(state.targets)) {
    if (target.status === "draining" || target.probe !== null || now < target.nextProbeAt) continue;
    const probe = { id: next.nextProbeId, deadline: now + timeoutMs };
    next = withTarget(next, name, { ...target, probe, nextProbeAt: now + intervalMs });
    next = { ...next, nextProbeId: probe.id + 1 };
    actions.push({ kind: "probe", target: name, probe: probe.id, timeoutMs });
  }
  return { state: next, actions };
}

/** Counts the result of the probe under way; a null failure is a success. */
function finishProbe(
  state: HealthState,
  name: string,
  failure: ProbeFailure | null,
): Step<HealthState, HealthAction> {
  const target = state.targets[name];
  if (target === undefined) return { state, actions: [] };
  const { settings } = state;
  const successes = failure === null ? target.successes + 1 : 0;
  const failures = failure === null ? 0 : target.failures + 1;
  const counted = { ...target, probe: null, successes, failures };
  const needed = target.status === "initial" ? 1 : settings.healthyThreshold;
  if (target.status !== "healthy" && successes >= needed) {
    const healthy = { ...counted, status: "healthy", reason: null } as const;
    return { state: withTarget(state, name, healthy), actions: [{ kind: "healthy", target: name }] };
  }
  if (failure !== null && target.status !== "unhealthy" && failures >= settings.unhealthyThreshold) {
    const unhealthy = { ...counted, status: "unhealthy", reason: failure } as const;
    return {
      state: withTarget(state, name, unhealthy),
      actions: [{ kind: "unhealthy", target: name, reason: failure }],
    };
  }
  return { state: withTarget(state, name, counted), actions: [] };
}

function newTarget(now: Instant): Target {
  return {
    status: "initial",
    reason: "Elb.InitialHealthChecking",
    successes: 0,
    failures: 0,
    probe: null,
    nextProbeAt: now,
  };
}

function withTarget(state: HealthState, name: string, target: Target): HealthState {
  return { ...state, targets: { ...state.targets, [name]: target } };
}
