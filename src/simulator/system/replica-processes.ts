import type { RandomStream } from "../kernel/random.ts";
import { type Link, SUPERVISOR } from "./network.ts";
import type { Surroundings } from "./surroundings.ts";

/** What becomes of the replicas of a version, whatever the faults; `crashes` is after they were healthy for a moment. */
export const BEHAVIOURS = ["well", "exits", "sick", "crashes"] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A version's name says how it behaves: `v3-exits`. */
export function behaviourOf(version: string): Behaviour {
  return BEHAVIOURS.find((behaviour) => version.endsWith(`-${behaviour}`)) ?? "well";
}

/** The process of a replica, and what has been asked of it. */
export interface ReplicaProcess {
  readonly id: string;
  readonly zone: number;
  readonly version: string;
  state: "spawning" | "up" | "hung";
  /** How many faults make it answer its health checks with an error, or late. */
  sick: number;
  slow: number;
  /** Whether the service's controller was told that it is healthy. */
  toldHealthy: boolean;
  stage: "serving" | "deregistered" | "stopped" | "killed";
  /** When it came to its stage, by the supervisor's clock. */
  stageAt: number;
  /** Requests under way. */
  requests: number;
}

/** What the processes tell the supervisor. */
export interface ProcessReports {
  readonly started: (id: string) => void;
  readonly exited: (id: string, reason: string) => void;
  readonly drained: (id: string) => void;
}

interface ProcessWatcher {
  started(id: string): void;
  exited(id: string): void;
}

/** The processes of a service's replicas, on the machines of their zones. */
export class ReplicaProcesses {
  readonly byId = new Map<string, ReplicaProcess>();
  /** Who wants to know of processes that begin and end. */
  readonly watchers: ProcessWatcher[] = [];
  /** How many faults let starts fail, and take long. */
  crashLoops = 0;
  slowStarts = 0;
  readonly #around: Surroundings;
  readonly #random: RandomStream;
  readonly #service: string;
  readonly #tell: ProcessReports;
  readonly #commands: readonly Link[];
  readonly #reports: readonly Link[];

  constructor(around: Surroundings, service: string, tell: ProcessReports) {
    const { schedule, network } = around;
    this.#around = around;
    this.#random = around.stream(`${service} processes`);
    this.#service = service;
    this.#tell = tell;
    const zones = Array.from({ length: schedule.zones }, (_, zone) => zone);
    this.#commands = zones.map((zone) => network.link(SUPERVISOR, zone, schedule.outOfBand));
    this.#reports = zones.map((zone) => network.link(zone, SUPERVISOR, schedule.outOfBand));
  }

  start(id: string, zone: number, version: string): void {
    const process: ReplicaProcess = {
      id,
      zone,
      version,
      state: "spawning",
      sick: behaviourOf(version) === "sick" ? 1 : 0,
      slow: 0,
      toldHealthy: false,
      stage: "serving",
      stageAt: this.#around.supervisor.now,
      requests: 0,
    };
    this.byId.set(id, process);
    for (const watcher of this.watchers) watcher.started(id);
    // Some of these starts never end by themselves.
    if (this.slowStarts > 0 && this.#random.chance(30)) return;
    const slow = this.slowStarts > 0 ? this.#random.between(500, 4000) : 0;
    const duration = this.#random.between(20, 150) + slow;
    this.#command(process, duration, () => this.#spawned(process));
  }

  #spawned(process: ReplicaProcess): void {
    if (!this.byId.has(process.id) || process.state !== "spawning") return;
    const behaviour = behaviourOf(process.version);
    const fails = this.crashLoops > 0 || behaviour === "exits" || this.#around.isLost(process.zone);
    if (fails) return this.crash(process, "exit code 1");
    if (behaviour === "crashes")
      this.#around.kernel.after(this.#random.between(300, 900), () => this.crash(process, "exit code 2"));
    process.state = "up";
    this.#note("runs", process);
    this.#report(process, () => this.#tell.started(process.id));
  }

  crash(process: ReplicaProcess, reason: string): void {
    if (!this.byId.delete(process.id)) return;
    for (const watcher of this.watchers) watcher.exited(process.id);
    this.#note("is gone", process);
    this.#report(process, () => this.#tell.exited(process.id, reason));
  }

  hang(process: ReplicaProcess, forMs: number): void {
    if (process.state !== "up") return;
    process.state = "hung";
    // Half of what hangs continues, the rest stays so until it is killed.
    if (this.#random.chance(50)) return;
    this.#around.kernel.after(forMs, () => {
      if (process.state !== "hung") return;
      process.state = "up";
      if (process.stage === "stopped") this.crash(process, "SIGTERM");
    });
  }

  /** It leaves the target group. @param since when that was decided, by the supervisor's clock */
  deregister(process: ReplicaProcess, since: number): void {
    this.#enter(process, "deregistered", since);
    this.sayIfDrained(process);
  }

  terminate(process: ReplicaProcess, since: number): void {
    this.#enter(process, "stopped", since);
    this.#command(process, this.#random.between(1, 300), () => {
      // Something may have hung it before it could stop.
      if (process.state !== "hung") this.crash(process, "SIGTERM");
    });
  }

  kill(process: ReplicaProcess): void {
    this.#enter(process, "killed", this.#around.supervisor.now);
    this.#command(process, 0, () => this.crash(process, "SIGKILL"));
  }

  /** One in twenty requests takes longer than the deregistration delay. */
  request(process: ReplicaProcess): void {
    if (process.state !== "up" || process.stage !== "serving") return;
    process.requests += 1;
    const duration = this.#random.chance(5) ? 1500 : this.#random.between(1, 300);
    this.#around.kernel.after(duration, () => {
      process.requests -= 1;
      this.sayIfDrained(process);
    });
  }

  /** A process that hangs never finishes its requests: the load balancer sees them as under way. */
  sayIfDrained({ id, stage, requests, state }: ReplicaProcess): void {
    if (stage !== "deregistered" || requests > 0 || state === "hung") return;
    const { kernel, supervisor } = this.#around;
    const { life } = supervisor;
    kernel.after(this.#random.between(1, 50), () => {
      if (supervisor.life === life) this.#tell.drained(id);
    });
  }

  #enter(process: ReplicaProcess, stage: ReplicaProcess["stage"], since: number): void {
    process.stage = stage;
    process.stageAt = since;
  }

  #command({ zone }: ReplicaProcess, durationMs: number, run: () => void): void {
    this.#commands[zone]?.send(() => this.#around.kernel.after(durationMs, run));
  }

  /** What was said to a supervisor that has died since, nobody hears. */
  #report({ zone }: ReplicaProcess, run: () => void): void {
    const { supervisor } = this.#around;
    const { life } = supervisor;
    this.#reports[zone]?.send(() => supervisor.tell(() => life === supervisor.life && run()));
  }

  #note(text: string, { id }: ReplicaProcess): void {
    this.#around.trace.note(this.#around.kernel.now, "world", this.#service, text, id);
  }
}
