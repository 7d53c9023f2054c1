import type { Schedule } from "#control/testing/schedules.ts";
import { SeededRandom } from "#control/testing/seeded-random.ts";
import type { World } from "#control/testing/simulation.ts";
import { VirtualTime } from "#control/testing/virtual-time.ts";
import type { ReplicaSample } from "../metrics.ts";
import {
  type ScalingAction,
  type ScalingEvent,
  type ScalingState,
  effectiveBounds,
} from "../scaling-state.ts";

/**
 * `load` is another load from now on, `noise` a time in which every sample is another one, `silence` one without
 * samples, `blind` one in which most replicas have no figures. Somebody may resize the service, deploy, or take room.
 */
export const scalingFaults = ["load", "noise", "silence", "blind", "resize", "deploy", "crowd"] as const;
export type ScalingFault = (typeof scalingFaults)[number];

/** In words of the controller that are no wish of a policy: they bring the number back within its bounds. */
const BROUGHT_BACK = /^(at least|at most|there is room)/;

export interface ScalingPromises {
  /** Nothing that a scale-out has added is taken away sooner, in milliseconds. */
  readonly out: number;
  /** No scale-in sooner after another one. */
  readonly in: number;
  /** Whether nothing scales in while a deployment runs. */
  readonly pausesForDeployments: boolean;
}

interface ToyReplica {
  readonly startedAt: number;
  readonly readyAt: number;
}

/** A service whose processors are as busy as its load and its replicas make them, and what scaling must never do to it. */
export class ScalingWorld implements World<ScalingState, ScalingEvent, ScalingAction> {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  emit: (event: ScalingEvent) => void = () => {};
  /** When the number was changed last. */
  lastChangeAt = 0;
  #replicas: ToyReplica[] = [];
  /** In replicas that are fully busy. */
  #load: number;
  #disturbed = { noise: 0, silence: 0, blind: 0, deploy: 0 };
  #lastOut = { at: Number.NEGATIVE_INFINITY, to: 0 };
  #lastInAt = Number.NEGATIVE_INFINITY;
  readonly #promises: ScalingPromises;
  /** What the last sample said. */
  #deploying = false;

  constructor(
    { desired }: ScalingState,
    promises: ScalingPromises,
    schedule: Schedule<ScalingFault>,
    load: number,
  ) {
    this.random = new SeededRandom(schedule.seed);
    this.#promises = promises;
    this.#load = load;
    this.#resize(desired);
    for (const { atMs, kind, target, forMs } of schedule.faults)
      this.time.after(atMs, () => this.#inject(kind, target, forMs));
    this.#sample();
  }

  perform(action: ScalingAction): void {
    if (action.kind === "bounds") return;
    const { from, desired, cause } = action;
    if (desired === from || cause === "") throw new Error(`A change of nothing, or for no reason: ${cause}`);
    if (!BROUGHT_BACK.test(cause)) this.#judge(from, desired);
    this.#resize(desired);
    this.lastChangeAt = this.time.now;
  }

  check(state: ScalingState): void {
    const { min, max } = effectiveBounds(state);
    const { desired } = state;
    if (desired < min || desired > max)
      throw new Error(`${desired} replicas are not within ${min} and ${max}.`);
  }

  /** Throws unless the load fits the replicas, or there can be no more of them. */
  checkSteady(state: ScalingState, target: number): void {
    const { max } = effectiveBounds(state);
    const cpu = (100 * this.#load) / state.desired;
    // The autoscaler of pods tolerates a tenth.
    if (cpu > target * 1.1 + 1e-6 && state.desired < max)
      throw new Error(`${state.desired} replicas of ${max} are ${cpu} % busy.`);
    if (this.time.now - this.lastChangeAt < 15_000) throw new Error("It has not come to rest.");
  }

  #judge(from: number, desired: number): void {
    const { now } = this.time;
    const promises = this.#promises;
    if (desired > from) {
      this.#lastOut = { at: now, to: desired };
      this.#lastInAt = Number.NEGATIVE_INFINITY;
      return;
    }
    // What somebody else has added on top may go.
    const { at, to } = this.#lastOut;
    if (now < at + promises.out && desired < to) throw new Error(`In at ${now}, out at ${at}.`);
    if (now < this.#lastInAt + promises.in) throw new Error(`In at ${now} and at ${this.#lastInAt}.`);
    if (this.#deploying && promises.pausesForDeployments) throw new Error("In while a deployment runs.");
    this.#lastInAt = now;
  }

  #resize(count: number): void {
    const { now } = this.time;
    while (this.#replicas.length < count)
      this.#replicas.push({ startedAt: now, readyAt: now + this.random.between(50, 1500) });
    this.#replicas = this.#replicas.slice(0, count);
  }

  #sample(): void {
    this.time.after(this.random.between(300, 500), () => {
      if (this.#disturbed.silence === 0) this.emit(this.#seen());
      this.#sample();
    });
  }

  #seen(): ScalingEvent {
    const { now } = this.time;
    const ready = this.#replicas.filter(({ readyAt }) => readyAt <= now).length;
    const replicas = this.#replicas.map(({ startedAt, readyAt }, index): ReplicaSample => {
      const isReady = readyAt <= now;
      const noise = this.#disturbed.noise > 0 ? this.random.between(0, 200) / 100 : 1;
      const busy = isReady ? Math.min(100, (100 * this.#load * noise) / ready) : 100;
      const isSeen = this.#disturbed.blind === 0 || this.random.next() < 0.3;
      return {
        id: `api-${index}`,
        ready: isReady,
        startedAt,
        readyChangedAt: isReady ? readyAt : null,
        figures: { cpu: isSeen ? busy : null, memory: 10, "requests-per-target": null },
      };
    });
    this.#deploying = this.#disturbed.deploy > 0;
    return { kind: "sample", replicas, deploying: this.#deploying, time: now };
  }

  #inject(kind: ScalingFault, target: number, forMs: number): void {
    switch (kind) {
      case "load":
        this.#load = target;
        return;
      case "resize":
        this.#resize(target);
        return this.emit({ kind: "resized", desired: target });
      case "crowd":
        this.emit({ kind: "room", most: Math.max(1, target) });
        return this.time.after(forMs, () => this.emit({ kind: "room", most: null }));
      case "noise":
      case "silence":
      case "blind":
      case "deploy":
        this.#disturbed[kind] += 1;
        return this.time.after(forMs, () => {
          this.#disturbed[kind] -= 1;
        });
    }
  }
}
