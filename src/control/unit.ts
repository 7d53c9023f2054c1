/**
 * A service's unit, as systemd keeps it on an instance.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
 *
 * What ends by itself is started again in place after RestartSec: always, or only where its end is a failure. A start
 * beyond the limit leaves the unit failed ("units which are started more than burst times within an interval time span
 * are not permitted to start any more", systemd.unit(5)); the instance stays, without its service, until whoever checks
 * its health replaces it. What is stopped is not started again.
 */
import { type ProcessEnd, type ServiceUnit, isFailure } from "#model/service-unit.ts";
import type { ControlLoop, Controller, Instant, Step, Tick } from "./controller.ts";

export interface UnitState {
  readonly unit: ServiceUnit;
  /**
   * `active` from the order to start on, jobs before it included; `auto-restart` while the delay runs; `inactive` where
   * it has ended well and is not to be restarted; `gone` once it was stopped and nothing of it runs.
   */
  readonly phase: "new" | "active" | "auto-restart" | "inactive" | "failed" | "stopping" | "gone";
  /** When a delay is over. */
  readonly startAt: Instant | null;
  /** The interval of the start limit that runs: when it began, and the starts in it. */
  readonly interval: { readonly began: Instant; readonly starts: number } | null;
  /** How often it was started again by itself (NRestarts). */
  readonly restarts: number;
}

export type UnitEvent =
  | { readonly kind: "start" }
  /** The main process, or a job before it, has ended; nothing of the unit runs any more. */
  | { readonly kind: "ended"; readonly end: ProcessEnd }
  | { readonly kind: "stop" };

export type UnitAction =
  | { readonly kind: "launch" }
  /** KillSignal: SIGTERM. SIGKILL follows when TimeoutStopSec is over, which is seen to by who stops the instance. */
  | { readonly kind: "terminate" }
  /** It is not started any more: `why` is null where that is no failure. */
  | { readonly kind: "given-up"; readonly why: string | null }
  /** It is stopped, and nothing of it runs. */
  | { readonly kind: "gone" };

type UnitStep = Step<UnitState, UnitAction>;

export function newUnit(unit: ServiceUnit): UnitState {
  return { unit, phase: "new", startAt: null, interval: null, restarts: 0 };
}

const step: Controller<UnitState, UnitEvent | Tick, UnitAction> = (state, event, now) => {
  switch (event.kind) {
    case "start":
      return state.phase === "new" ? start(state, now) : only(state);
    case "ended":
      return ended(state, event.end, now);
    case "stop":
      return stop(state);
    case "tick": {
      const isDue = state.phase === "auto-restart" && state.startAt !== null && now >= state.startAt;
      return isDue ? start({ ...state, restarts: state.restarts + 1 }, now) : only(state);
    }
  }
};

/** Keeps the service of one instance. */
export const unitLoop: ControlLoop<UnitState, UnitEvent, UnitAction> = {
  step,
  nextWake: ({ startAt }) => startAt,
};

/** The interval begins with the first start in it, and the first start after it begins another one. */
function start(state: UnitState, now: Instant): UnitStep {
  const { intervalMs, burst } = state.unit.startLimit;
  const { interval } = state;
  const runs = interval !== null && now < interval.began + intervalMs ? interval : { began: now, starts: 0 };
  if (runs.starts >= burst) {
    const why = `was started ${burst} times within ${intervalMs / 1000} s, which is its start limit`;
    return {
      state: { ...state, phase: "failed", startAt: null },
      actions: [{ kind: "given-up", why }],
    };
  }
  const counted = { began: runs.began, starts: runs.starts + 1 };
  return {
    state: { ...state, phase: "active", startAt: null, interval: counted },
    actions: [{ kind: "launch" }],
  };
}

function ended(state: UnitState, end: ProcessEnd, now: Instant): UnitStep {
  if (state.phase === "stopping") return { state: { ...state, phase: "gone" }, actions: [{ kind: "gone" }] };
  if (state.phase !== "active") return only(state);
  const { restart, restartDelayMs } = state.unit;
  if (restart === "always" || isFailure(end))
    // The next instant at the earliest: a delay of none is a delay too.
    return only({ ...state, phase: "auto-restart", startAt: now + Math.max(1, restartDelayMs) });
  return { state: { ...state, phase: "inactive" }, actions: [{ kind: "given-up", why: null }] };
}

function stop(state: UnitState): UnitStep {
  if (state.phase === "stopping" || state.phase === "gone") return only(state);
  if (state.phase === "active")
    return { state: { ...state, phase: "stopping" }, actions: [{ kind: "terminate" }] };
  return { state: { ...state, phase: "gone", startAt: null }, actions: [{ kind: "gone" }] };
}

function only(state: UnitState): UnitStep {
  return { state, actions: [] };
}
