import type { Instant } from "#control/controller.ts";
import { isHealthy, isLive, isOutdated } from "#control/replica-state.ts";
import type { Figures, ReplicaSample, ScalingMetric } from "#control/scaling/metrics.ts";
import type { ScalingSettings } from "#control/scaling/scaling-settings.ts";
import {
  type ScalingAction,
  type ScalingEvent,
  type ScalingState,
  effectiveBounds,
  initialScaling,
  metricViews,
} from "#control/scaling/scaling-state.ts";
import { scalingLoop } from "#control/scaling/scaling.ts";
import type { EventLog } from "../event-log.ts";
import { LoopRunner } from "../loop-runner.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import type { ScalingStatus } from "../status.ts";

/** Feeds the scaling controller of one service with what its replicas do, and has its decisions carried out. */
export class ServiceScaler {
  readonly keeper: ServiceKeeper;
  readonly #events: EventLog;
  readonly #loop: LoopRunner<ScalingState, ScalingEvent, ScalingAction>;
  /** Since when a replica is ready, or is not any more; null while it was never ready. */
  #readiness = new Map<string, { readonly ready: boolean; readonly since: Instant | null }>();

  /** @param room the most replicas that fit this machine. */
  constructor(keeper: ServiceKeeper, settings: ScalingSettings, room: number, events: EventLog) {
    this.keeper = keeper;
    this.#events = events;
    const initial = initialScaling(keeper.name, settings, { desired: keeper.replicas.desired, room });
    this.#loop = new LoopRunner(scalingLoop, initial, (action) => this.#perform(action));
    this.#loop.feed({ kind: "tick" });
  }

  /** What it has to know of its replicas. */
  get metrics(): readonly ScalingMetric[] {
    return metricViews(this.#loop.state).map(({ metric }) => metric);
  }

  configure(settings: ScalingSettings): void {
    this.#loop.feed({ kind: "configure", settings });
  }

  /** Tells what the replicas do now. @param figures of a replica, by its name. */
  sample(figures: (id: string) => Figures, room: number): void {
    const { replicas, ...state } = this.keeper.replicas;
    const { desired } = state;
    if (this.#loop.state.room !== room) this.#loop.feed({ kind: "room", most: room });
    if (this.#loop.state.desired !== desired) this.#loop.feed({ kind: "resized", desired });
    const live = replicas.filter(isLive);
    this.#noticeReadiness(live.map((replica) => ({ id: replica.id, ready: isHealthy(replica) })));
    const samples = live.map((replica): ReplicaSample => {
      const { ready, since } = this.#readiness.get(replica.id) ?? { ready: false, since: null };
      const startedAt = replica.startedAt ?? replica.requestedAt;
      return { id: replica.id, ready, startedAt, readyChangedAt: since, figures: figures(replica.id) };
    });
    const deploying = replicas.some((replica) => isOutdated(replica, state));
    this.#loop.feed({ kind: "sample", replicas: samples, deploying, time: Date.now() });
  }

  end(): void {
    this.#loop.end();
  }

  status(): ScalingStatus {
    const { state } = this.#loop;
    const { lastActivity, boundsBy, bounds, occurrences, settings } = state;
    const { min, max } = effectiveBounds(state);
    const [next] = settings.schedules
      .flatMap(({ name }, index) => {
        const at = occurrences[index] ?? null;
        return at === null ? [] : [{ name, at }];
      })
      .toSorted((a, b) => a.at - b.at);
    return {
      service: this.keeper.name,
      by: settings.autoscaler.kind === "pod-autoscaler" ? "pod autoscaler" : "policies",
      desired: this.keeper.replicas.desired,
      min,
      max,
      declaredMax: bounds.max,
      boundsBy,
      metrics: metricViews(state),
      lastActivity: lastActivity && { ...lastActivity, at: timeOf(lastActivity.at) },
      nextSchedule: next ? { name: next.name, at: new Date(next.at).toISOString() } : null,
    };
  }

  #perform(action: ScalingAction): void {
    const say = (message: string) => this.#events.record("info", this.keeper.name, message);
    if (action.kind === "bounds")
      return say(`the schedule ${action.schedule} sets its bounds to ${action.min} and ${action.max}`);
    say(`scales from ${action.from} to ${action.desired}: ${action.cause}`);
    this.keeper.scale(action.desired);
  }

  #noticeReadiness(replicas: readonly { readonly id: string; readonly ready: boolean }[]): void {
    const now = performance.now();
    this.#readiness = new Map(
      replicas.map(({ id, ready }) => {
        const before = this.#readiness.get(id);
        if (before?.ready === ready) return [id, before];
        return [id, { ready, since: ready || before ? now : null }];
      }),
    );
  }
}

/** The time of day of an instant of the controllers' clock, RFC 3339. */
function timeOf(instant: Instant): string {
  return new Date(Date.now() - (performance.now() - instant)).toISOString();
}
