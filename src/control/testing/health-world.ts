import type { HealthAction, HealthEvent, HealthSettings, HealthState } from "#control/health.ts";
import type { Schedule } from "./schedules.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { World } from "./simulation.ts";
import { VirtualTime } from "./virtual-time.ts";

/** `slow` often answers too late, `flap` answers well every other time, `hang` does not answer. */
export const healthFaults = ["fail", "hang", "slow", "flap", "leave"] as const;
export type HealthFault = (typeof healthFaults)[number];

interface ToyTarget {
  mode: "up" | Exclude<HealthFault, "leave">;
  /** The results since its registration as a careful observer counts them. */
  results: boolean[];
  status: "initial" | "healthy" | "unhealthy" | "draining";
  announced: ToyTarget["status"];
  probe: { readonly id: number; readonly deadline: number } | null;
  lastStart: number | null;
}

/** Targets that answer probes, and an observer that judges them on its own, from all their results. */
export class HealthWorld implements World<HealthState, HealthEvent, HealthAction> {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  emit: (event: HealthEvent) => void = () => {};
  readonly #targets = new Map<string, ToyTarget>();
  readonly #settings: HealthSettings;

  constructor(names: readonly string[], settings: HealthSettings, schedule: Schedule<HealthFault>) {
    this.random = new SeededRandom(schedule.seed);
    this.#settings = settings;
    for (const name of names) this.time.after(this.random.between(0, 300), () => this.#register(name));
    for (const { atMs, kind, target, forMs } of schedule.faults) {
      const name = names[target % names.length] ?? "";
      this.time.after(atMs, () =>
        kind === "leave" ? this.#leave(name, forMs) : this.#break(name, kind, forMs),
      );
    }
  }

  perform(action: HealthAction): void {
    this.#expireProbes();
    const target = this.#targets.get(action.target);
    if (target === undefined || target.status === "draining")
      throw new Error(`${action.target} has left: ${action.kind}.`);
    if (action.kind === "probe") {
      this.#startProbe(action.target, target, action.probe);
    } else {
      const same = target.status === action.kind && target.announced !== action.kind;
      if (!same)
        throw new Error(
          `${action.target} said to be ${action.kind} after ${JSON.stringify(target.results)}.`,
        );
      target.announced = action.kind;
    }
  }

  check(state: HealthState): void {
    this.#expireProbes();
    for (const [name, { status, announced }] of this.#targets) {
      const believed = state.targets[name]?.status;
      if (believed !== status)
        throw new Error(`${name} is ${status}, but the controller believes ${believed}.`);
      if (announced !== status) throw new Error(`Nobody was told that ${name} is ${status}.`);
    }
  }

  #register(name: string): void {
    const mode = this.#targets.get(name)?.mode ?? "up";
    this.#targets.set(name, {
      mode,
      results: [],
      status: "initial",
      announced: "initial",
      probe: null,
      lastStart: null,
    });
    this.emit({ kind: "register", target: name });
  }

  #leave(name: string, forMs: number): void {
    const target = this.#targets.get(name);
    if (target === undefined || target.status === "draining") return;
    Object.assign(target, { status: "draining", announced: "draining", probe: null });
    this.emit({ kind: "deregister", target: name });
    this.time.after(forMs, () => this.#register(name));
  }

  #break(name: string, mode: ToyTarget["mode"], forMs: number): void {
    const change = (to: ToyTarget["mode"]): void => {
      const target = this.#targets.get(name);
      if (target !== undefined) target.mode = to;
    };
    change(mode);
    this.time.after(forMs, () => change("up"));
  }

  #startProbe(name: string, target: ToyTarget, id: number): void {
    const { intervalMs, timeoutMs } = this.#settings;
    if (target.probe !== null) throw new Error(`${name} is probed twice at once.`);
    const early = target.lastStart !== null && this.time.now < target.lastStart + intervalMs;
    if (early) throw new Error(`${name} is probed too often.`);
    target.lastStart = this.time.now;
    target.probe = { id, deadline: this.time.now + timeoutMs };
    if (target.mode === "hang") return;
    const passes = target.mode !== "fail" && (target.mode !== "flap" || this.random.next() < 0.5);
    const latency = this.random.between(1, target.mode === "slow" ? timeoutMs * 3 : 20);
    // On the deadline itself either verdict would be right; the observer does not want to guess.
    this.time.after(latency === timeoutMs ? latency + 1 : latency, () =>
      this.#answer(name, target, id, passes),
    );
  }

  #answer(name: string, target: ToyTarget, id: number, passes: boolean): void {
    this.#expireProbes();
    if (this.#targets.get(name) === target && target.probe?.id === id) this.#count(target, passes);
    if (passes) this.emit({ kind: "passed", target: name, probe: id });
    else this.emit({ kind: "failed", target: name, probe: id, reason: "Target.ResponseCodeMismatch" });
  }

  #expireProbes(): void {
    for (const target of this.#targets.values()) {
      if (target.probe !== null && this.time.now >= target.probe.deadline) this.#count(target, false);
    }
  }

  #count(target: ToyTarget, passed: boolean): void {
    target.probe = null;
    target.results.push(passed);
    const { healthyThreshold, unhealthyThreshold } = this.#settings;
    const inRow = (count: number, wanted: boolean): boolean =>
      target.results.length >= count && target.results.slice(-count).every((result) => result === wanted);
    if (inRow(unhealthyThreshold, false)) target.status = "unhealthy";
    else if (target.status === "initial" ? passed : inRow(healthyThreshold, true)) target.status = "healthy";
  }
}
