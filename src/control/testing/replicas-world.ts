import { place } from "#control/placement.ts";
import {
  type ReplicasAction,
  type ReplicasEvent,
  type ReplicasState,
  isHealthy,
  isLive,
  isOutdated,
  rolloutBounds,
} from "#control/replica-state.ts";
import type { Schedule } from "./schedules.ts";
import { SeededRandom } from "./seeded-random.ts";
import type { World } from "./simulation.ts";
import { VirtualTime } from "./virtual-time.ts";

/**
 * `freeze` is SIGSTOP, `doze` an unhealthiness that heals by itself, `crash-loop` a time in which what
 * starts exits at once, `slow-start` one in which starts take long.
 */
export const replicaFaults = [
  "crash",
  "freeze",
  "doze",
  "zone-outage",
  "zone-closed",
  "crash-loop",
  "slow-start",
  "scale",
  "roll",
] as const;

/** What becomes of the replicas of a version, whatever the faults; `crashes` is after they were healthy for a moment. */
export type Behaviour = "well" | "exits" | "never-healthy" | "crashes";

/** `drain`: nodes are replaced, which replicas leave as far as the disruption budget allows. */
export type ReplicaFault = (typeof replicaFaults)[number] | "drain";

interface ToyProcess {
  readonly id: string;
  readonly zone: string;
  readonly behaviour: Behaviour;
  state: "spawning" | "up" | "frozen";
  healthy: boolean;
  /** What the target group last said of its health. */
  told: boolean | null;
  stage: "serving" | "deregistered" | "stopped" | "killed";
  stageAt: number;
  drained: boolean;
}

/** Processes in zones, a target group that notices their health, and what must never happen to them. */
export class ReplicasWorld implements World<ReplicasState, ReplicasEvent, ReplicasAction> {
  readonly time = new VirtualTime();
  readonly random: SeededRandom;
  readonly processes = new Map<string, ToyProcess>();
  starts = 0;
  emit: (event: ReplicasEvent) => void = () => {};
  #state: ReplicasState;
  readonly #seen = new Set<string>();
  readonly #closedZones = new Set<string>();
  #rolls = 0;
  #startedNow = false;
  #removedHealthyNow = false;
  #crashLoops = 0;
  #slowStarts = 0;
  readonly #behaviour: (version: string) => Behaviour;

  constructor(
    initial: ReplicasState,
    schedule: Schedule<ReplicaFault>,
    behaviour: (version: string) => Behaviour = () => "well",
  ) {
    this.#state = initial;
    this.#behaviour = behaviour;
    this.random = new SeededRandom(schedule.seed);
    for (const { atMs, kind, target, forMs } of schedule.faults) {
      this.time.after(atMs, () => this.#inject(kind, target, forMs));
    }
  }

  perform(action: ReplicasAction): void {
    if (action.kind === "start") return this.#start(action.id, action.zone, this.#behaviour(action.version));
    const process = this.processes.get(action.id);
    // It may have exited already, which the controller is about to hear.
    if (process === undefined) return;
    if (action.kind === "deregister") this.#deregister(process);
    if (action.kind === "stop") this.#stop(process);
    if (action.kind === "kill") this.#kill(process);
    process.stageAt = this.time.now;
  }

  check(state: ReplicasState): void {
    const { desired, stopped, settings } = state;
    const { surge } = rolloutBounds(state);
    const most = settings.max + rolloutBounds({ settings, desired: settings.max }).surge;
    const live = state.replicas.filter(isLive).length;
    const healthy = state.replicas.filter(isHealthy).length;
    if (live > most) throw new Error(`${live} live replicas are too many.`);
    if (this.#startedNow && live > desired + surge) throw new Error(`${live} live replicas after a start.`);
    if (this.#startedNow && stopped) throw new Error("A start after everything was to stop.");
    const promised = promisedHealthy(state);
    if (this.#removedHealthyNow && healthy < promised && !stopped)
      throw new Error(`Of ${promised} promised only ${healthy} stay healthy after a removal.`);
    this.#startedNow = false;
    this.#removedHealthyNow = false;
    this.#state = state;
  }

  /** Throws unless the service has exactly what it should have, balanced, and nothing else is left over. */
  checkSteady(state: ReplicasState): void {
    const { replicas, desired, zones } = state;
    const healthy = replicas.filter(isHealthy).length;
    if (healthy !== desired || replicas.length !== desired)
      throw new Error(`${healthy} of ${desired} healthy, ${replicas.length} in all.`);
    const real = [...this.processes.values()].filter((process) => process.state === "up" && process.healthy);
    if (real.length !== desired || this.processes.size !== desired)
      throw new Error(`${this.processes.size} processes are left.`);
    if (replicas.some(({ generation }) => generation !== this.#rolls + 1))
      throw new Error(`After ${this.#rolls} rolls there are older replicas.`);
    const plan = place(
      zones,
      replicas.map((replica) => ({ ...replica, healthy: true })),
      desired,
    );
    if (rolloutBounds(state).surge > 0 && plan.add.length > 0)
      throw new Error(`Zones are not balanced: ${JSON.stringify(plan)}.`);
  }

  #start(id: string, zone: string, behaviour: Behaviour): void {
    if (this.#seen.has(id)) throw new Error(`${id} is started twice.`);
    if (this.#closedZones.has(zone)) throw new Error(`${id} is started in ${zone}, which is not available.`);
    this.#seen.add(id);
    this.#startedNow = true;
    this.starts += 1;
    const process: ToyProcess = {
      id,
      zone,
      state: "spawning",
      behaviour,
      healthy: behaviour !== "never-healthy",
      told: null,
      stage: "serving",
      stageAt: this.time.now,
      drained: false,
    };
    this.processes.set(id, process);
    // Some of these starts never end by themselves.
    if (this.#slowStarts > 0 && this.random.next() < 0.3) return;
    const slow = this.#slowStarts > 0 ? this.random.between(500, 4000) : 0;
    this.time.after(this.random.between(20, 150) + slow, () => this.#spawned(process));
  }

  #spawned(process: ToyProcess): void {
    const { behaviour } = process;
    if (!this.processes.has(process.id)) return;
    if (this.#crashLoops > 0 || behaviour === "exits") return this.#exit(process, "exit code 1");
    if (behaviour === "crashes")
      this.time.after(this.random.between(300, 900), () => this.#exit(process, "exit code 2"));
    process.state = "up";
    this.emit({ kind: "started", id: process.id });
    this.#watchHealth(process);
  }

  /** The target group's view: it changes some time after the process did. */
  #watchHealth(process: ToyProcess): void {
    this.time.after(this.random.between(50, 300), () => {
      if (!this.processes.has(process.id) || process.stage !== "serving") return;
      const healthy = process.state === "up" && process.healthy;
      const changed = healthy !== process.told;
      process.told = healthy;
      if (changed) this.emit({ kind: healthy ? "healthy" : "unhealthy", id: process.id });
      this.#watchHealth(process);
    });
  }

  #deregister(process: ToyProcess): void {
    if (process.stage !== "serving") throw new Error(`${process.id} is deregistered twice.`);
    if (process.told === true) this.#removedHealthyNow = true;
    process.stage = "deregistered";
    // A frozen process never finishes its requests, and some clients never go away.
    if (process.state === "frozen" || this.random.next() < 0.2) return;
    this.time.after(this.random.between(1, 800), () => {
      if (!this.processes.has(process.id)) return;
      process.drained = true;
      this.emit({ kind: "drained", id: process.id });
    });
  }

  #stop(process: ToyProcess): void {
    const { deregistrationDelayMs } = this.#state.settings;
    const drained = process.drained || this.time.now >= process.stageAt + deregistrationDelayMs;
    const free = process.stage === "deregistered" ? drained : process.state === "spawning";
    if (!free) throw new Error(`${process.id} is stopped while it may have requests.`);
    process.stage = "stopped";
    if (process.state === "frozen") return;
    this.time.after(this.random.between(1, 300), () => {
      // Something may have frozen it before it could stop.
      if (process.state !== "frozen") this.#exit(process, "SIGTERM");
    });
  }

  #kill(process: ToyProcess): void {
    const early = this.time.now < process.stageAt + this.#state.settings.stopTimeoutMs;
    if (process.stage !== "stopped" || early) throw new Error(`${process.id} is killed too early.`);
    process.stage = "killed";
    this.time.after(this.random.between(1, 20), () => this.#exit(process, "SIGKILL"));
  }

  #exit(process: ToyProcess, reason: string): void {
    if (!this.processes.delete(process.id)) return;
    this.time.after(this.random.between(0, 10), () => this.emit({ kind: "exited", id: process.id, reason }));
  }

  #inject(kind: ReplicaFault, target: number, forMs: number): void {
    const process = [...this.processes.values()][target % Math.max(1, this.processes.size)];
    const zone = this.#state.zones[target % this.#state.zones.length]?.name ?? "";
    switch (kind) {
      case "crash":
        if (process !== undefined) this.#exit(process, "SIGSEGV");
        return;
      case "freeze":
        if (process !== undefined) this.#freeze(process, forMs);
        return;
      case "doze":
        if (process === undefined) return;
        process.healthy = false;
        return this.time.after(forMs, () => (process.healthy = process.behaviour !== "never-healthy"));
      case "crash-loop":
        this.#crashLoops += 1;
        return this.time.after(forMs, () => (this.#crashLoops -= 1));
      case "slow-start":
        this.#slowStarts += 1;
        return this.time.after(forMs, () => (this.#slowStarts -= 1));
      case "scale":
        return this.emit({ kind: "scale", desired: target });
      case "roll":
        this.#rolls += 1;
        return this.emit({ kind: "roll", version: `v${this.#rolls + 1}` });
      case "drain":
        return this.#drain(zone, forMs);
      case "zone-outage":
      case "zone-closed":
        return this.#closeZone(zone, forMs, kind === "zone-outage");
    }
  }

  /** Half of what is frozen thaws again, the rest stays so until it is killed. */
  #freeze(process: ToyProcess, forMs: number): void {
    if (process.state === "spawning") return;
    process.state = "frozen";
    if (this.random.next() < 0.5) return;
    this.time.after(forMs, () => {
      process.state = "up";
      if (process.stage === "stopped") this.#exit(process, "SIGTERM");
    });
  }

  #drain(zone: string, forMs: number): void {
    if (this.#closedZones.has(zone)) return;
    this.#closedZones.add(zone);
    this.emit({ kind: "drain", zone, draining: true });
    this.time.after(forMs, () => {
      this.#closedZones.delete(zone);
      this.emit({ kind: "drain", zone, draining: false });
    });
  }

  #closeZone(zone: string, forMs: number, outage: boolean): void {
    if (this.#closedZones.has(zone)) return;
    this.#closedZones.add(zone);
    this.emit({ kind: "zone", zone, available: false });
    for (const process of this.processes.values())
      if (outage && process.zone === zone) this.#exit(process, "zone lost");
    this.time.after(forMs, () => {
      this.#closedZones.delete(zone);
      this.emit({ kind: "zone", zone, available: true });
    });
  }
}

/**
 * How many stay healthy whenever one that is healthy is taken away: fewer than desired only for a roll without surge or
 * by Kubernetes' arithmetic, and for zones that are drained.
 */
function promisedHealthy(state: ReplicasState): number {
  const { desired, settings, draining } = state;
  const { surge, minimumHealthy } = rolloutBounds(state);
  const rolling = state.replicas.some((replica) => isOutdated(replica, state));
  const rolled = rolling && (surge === 0 || settings.rounding === "kubernetes") ? minimumHealthy : desired;
  const drained = draining.length > 0 ? (settings.minAvailable ?? minimumHealthy) : desired;
  return Math.min(rolled, drained, desired);
}
