import type { ControlLoop } from "#control/controller.ts";
import { isHealthy, isLive } from "#control/replica-state.ts";
import { isUnderWay } from "#control/rollout/deployment-state.ts";
import type { Autoscaler } from "#control/scaling/scaling-settings.ts";
import {
  type ScalingAction,
  type ScalingEvent,
  type ScalingState,
  effectiveBounds,
  initialScaling,
} from "#control/scaling/scaling-state.ts";
import type { RandomStream } from "../kernel/random.ts";
import { SUPERVISOR } from "./network.ts";
import type { Schedule } from "./schedule.ts";
import { MOST_REPLICAS, type Service } from "./service.ts";
import { SupervisedLoop } from "./supervised-loop.ts";
import type { Surroundings } from "./surroundings.ts";
import { must } from "./violation.ts";

export type ScalingLoop = ControlLoop<ScalingState, ScalingEvent, ScalingAction>;

const TARGET = 70;
const PERIOD_MS = 500;
const COOLDOWN_MS = { out: 1000, in: 2000 } as const;
const SAMPLE_PERIOD_MS = 400;

/** Scales a service by a load that its replicas share, as the twin connects the two controllers. */
export class Scaler {
  /** In replicas that are fully busy. */
  load = 1;
  readonly #loop: SupervisedLoop<ScalingState, ScalingEvent, ScalingAction> | null;
  readonly #around: Surroundings;
  readonly #random: RandomStream;
  readonly #service: Service;
  #lastOut = { at: Number.NEGATIVE_INFINITY, to: 0 };
  #lastInAt = Number.NEGATIVE_INFINITY;

  constructor(around: Surroundings, loop: ScalingLoop, service: Service) {
    const { schedule, supervisor, kernel } = around;
    this.#around = around;
    this.#random = around.stream("scaler");
    this.#service = service;
    const autoscaler = autoscalerOf(schedule);
    if (autoscaler === null) {
      this.#loop = null;
      return;
    }
    const bounds = { min: 1, max: MOST_REPLICAS };
    const desired = Math.max(1, schedule.desired);
    this.#loop = new SupervisedLoop(supervisor, loop, {
      name: "scaling",
      initial: initialScaling("api", { bounds, autoscaler, schedules: [] }, { desired, room: null }),
      perform: (action) => this.#perform(action),
      judge: (state) => judgeBounds(state),
      lookAround: (state) => service.loop.feed({ kind: "scale", desired: state.desired }),
    });
    kernel.every(SAMPLE_PERIOD_MS, () => this.#sample());
    service.loop.feed({ kind: "scale", desired });
  }

  /** An operator sets the number of replicas. */
  resize(desired: number): void {
    const loop = this.#loop;
    this.#around.supervisor.tell(() => {
      // With none, Kubernetes' autoscaler would be off, and a deployment of a bad version completed at once.
      this.#service.loop.feed({ kind: "scale", desired: Math.max(1, desired) });
      loop?.feed({ kind: "resized", desired: this.#service.loop.state.replicas.desired });
      if (loop !== null && loop.state.desired !== this.#service.loop.state.replicas.desired)
        this.#service.loop.feed({ kind: "scale", desired: loop.state.desired });
    });
  }

  /** What is not as it should be in the end: the load fits the replicas, or there can be no more of them. */
  complaint(): string | null {
    const { replicas } = this.#service.loop.state;
    if (this.#loop === null || replicas.stopped) return null;
    const { state } = this.#loop;
    if (state.desired !== replicas.desired)
      return `${replicas.desired} replicas are desired, and scaling wants ${state.desired}`;
    const busy = (100 * this.load) / state.desired;
    // The autoscaler of pods tolerates a tenth.
    const isOverloaded = busy > TARGET * 1.1 + 1e-6 && state.desired < effectiveBounds(state).max;
    return isOverloaded ? `${state.desired} replicas are ${Math.round(busy)} % busy` : null;
  }

  #perform(action: ScalingAction): void {
    if (action.kind === "bounds") return;
    this.#judge(action);
    this.#service.loop.feed({ kind: "scale", desired: action.desired });
  }

  /** Nothing that a scale-out has added goes within the cooldown, and nothing goes twice within it. */
  #judge({ from, desired, cause }: Extract<ScalingAction, { readonly kind: "scale" }>): void {
    must(desired !== from, "idle scaling", () => `It scales from ${from} to ${desired}.`);
    // What is outside the bounds comes back at once.
    if (/^(at least|at most|there is room)/.test(cause)) return;
    const { now } = this.#around.supervisor;
    if (desired > from) {
      this.#lastOut = { at: now, to: desired };
      this.#lastInAt = Number.NEGATIVE_INFINITY;
      return;
    }
    const { at, to } = this.#lastOut;
    const isPods = this.#around.schedule.autoscaler === "pods";
    const outMs = isPods ? COOLDOWN_MS.in : COOLDOWN_MS.out;
    must(
      now >= at + outMs || desired >= to,
      "flapping",
      () => `It scales in at ${now}, and has scaled out at ${at}.`,
    );
    must(
      isPods || now >= this.#lastInAt + COOLDOWN_MS.in,
      "flapping",
      () => `It scales in at ${this.#lastInAt} and again at ${now}.`,
    );
    this.#lastInAt = now;
  }

  /** Reads every replica that the supervisor reaches; the load is spread over those that are healthy. */
  #sample(): void {
    const { supervisor, network } = this.#around;
    if (!supervisor.isUp) return;
    const { replicas, deployment } = { ...this.#service.loop.state, ...this.#service.loop.state.replicas };
    const healthy = replicas.filter(isHealthy).length;
    const samples = replicas.filter(isLive).map((replica) => {
      const process = this.#service.processes.byId.get(replica.id);
      const isSeen = process !== undefined && network.reaches(SUPERVISOR, process.zone);
      const share = (100 * this.load) / Math.max(1, healthy);
      const busy = Math.min(100, share * (0.95 + this.#random.next() / 10));
      const { id, requestedAt, startedAt, firstHealthyAt } = replica;
      return {
        id,
        ready: isHealthy(replica),
        startedAt: startedAt ?? requestedAt,
        readyChangedAt: firstHealthyAt,
        figures: {
          cpu: isSeen ? (isHealthy(replica) ? busy : 1) : null,
          memory: 10,
          "requests-per-target": null,
        },
      };
    });
    this.#loop?.feed({
      kind: "sample",
      replicas: samples,
      deploying: isUnderWay(deployment),
      time: supervisor.now,
    });
  }
}

function judgeBounds(state: ScalingState): void {
  const { min, max } = effectiveBounds(state);
  must(
    state.desired >= min && state.desired <= max,
    "bounds",
    () => `${state.desired} are desired, of ${min} to ${max}.`,
  );
}

function autoscalerOf({ autoscaler }: Schedule): Autoscaler | null {
  switch (autoscaler) {
    case "none":
      return null;
    case "target-tracking":
      return {
        kind: "alarms",
        policies: [
          { kind: autoscaler, metric: "cpu", target: TARGET, periodMs: PERIOD_MS, cooldownMs: COOLDOWN_MS },
        ],
      };
    case "steps":
      return { kind: "alarms", policies: [step("above", TARGET, 1), step("below", 20, -1)] };
    case "pods": {
      const doubling = { kind: "percent", value: 100, periodMs: PERIOD_MS } as const;
      const four = { kind: "pods", value: 4, periodMs: PERIOD_MS } as const;
      return {
        kind: "pod-autoscaler",
        metrics: [{ metric: "cpu", target: TARGET }],
        syncMs: PERIOD_MS,
        tolerance: 0.1,
        cpuInitialisationMs: 2000,
        initialReadinessMs: 500,
        windowMs: PERIOD_MS,
        up: { stabilisationMs: 0, policies: [four, doubling] },
        down: { stabilisationMs: COOLDOWN_MS.in, policies: [doubling] },
      };
    }
  }
}

function step(when: "above" | "below", threshold: number, change: number) {
  return {
    kind: "step",
    metric: "cpu",
    alarm: { when, threshold, periods: 2, datapoints: 2 },
    periodMs: PERIOD_MS,
    adjustments: [{ lower: null, upper: null, change }],
    cooldownMs: change > 0 ? COOLDOWN_MS.out : COOLDOWN_MS.in,
  } as const;
}
