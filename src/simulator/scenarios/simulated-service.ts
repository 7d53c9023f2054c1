import {
  type HealthAction,
  type HealthEvent,
  type HealthState,
  healthLoop,
  initialHealth,
  routableTargets,
} from "#control/health.ts";
import { type Replica, initialReplicas, summarizeReplicas } from "#control/replica-state.ts";
import { isUnderWay } from "#control/rollout/deployment-state.ts";
import {
  type ServiceAction,
  type ServiceEvent,
  type ServiceState,
  initialService,
  serviceLoop,
} from "#control/rollout/service.ts";
import { capacityOf } from "../requests/traffic.ts";
import { type Platform, type Process, type ServiceControl, VERSIONS } from "./process.ts";
import { RunningLoop } from "./running-loop.ts";
import type { Web } from "./service-times.ts";
import type { ServiceSettings } from "./settings.ts";
import type { World } from "./world.ts";

/** How long a health check takes to be answered. */
const ANSWER_MS = 5;
/** From SIGTERM to the end of a process that heeds it. */
const GRACEFUL_MS = 500;
/** What a job before a deployment takes besides its start: a migration that has little to do. */
const JOB_MS = 10_000;

/** A service with its controllers, connected as in the twin, and its replicas on a platform. */
export class SimulatedService {
  readonly name: string;
  readonly definition: Web;
  readonly settings: ServiceSettings;
  readonly processes = new Map<string, Process>();
  readonly loop: RunningLoop<ServiceState, ServiceEvent, ServiceAction>;
  readonly #health: RunningLoop<HealthState, HealthEvent, HealthAction>;
  readonly #world: World;
  readonly #stage: number;
  readonly #platform: Platform;
  /** Milliseconds of one replica, until `#countedAt`. */
  #replicaMs = 0;
  #countedAt = 0;
  #isBeginning = true;

  constructor(
    world: World,
    {
      name,
      stage,
      definition,
      settings,
    }: { name: string; stage: number; definition: Web; settings: ServiceSettings },
    platform: (control: ServiceControl, service: Web) => Platform,
  ) {
    this.#world = world;
    this.name = name;
    this.#stage = stage;
    this.definition = definition;
    this.settings = settings;
    this.#platform = platform(this.#control(), definition);
    this.#health = new RunningLoop(world.kernel, healthLoop, initialHealth(settings.health), (action) =>
      this.#onHealth(action),
    );
    const initial = initialReplicas({
      service: name,
      version: "current",
      zones: world.architecture.zoneNames,
      desired: definition.replicas.desired,
      settings: settings.replicas,
    });
    this.loop = new RunningLoop(world.kernel, serviceLoop, initialService(initial), (action) =>
      this.#perform(action),
    );
  }

  /** All replicas are there and healthy, as if they had been for long; their health checks come at different times. */
  begin(): void {
    this.loop.feed({ kind: "tick" });
    for (const process of this.processes.values()) {
      if (process.state !== "starting" || process.traffic !== null) continue;
      this.#listens(process);
    }
    this.#isBeginning = false;
  }

  get replicas(): readonly Replica[] {
    return this.loop.state.replicas.replicas;
  }

  get isDeploying(): boolean {
    return isUnderWay(this.loop.state.deployment);
  }

  /** Whether every replica that should be there is, and all of them serve. */
  get isSettled(): boolean {
    const { replicas } = this.loop.state;
    if (this.isDeploying || summarizeReplicas(replicas).phase !== "steady") return false;
    const { targets } = this.#health.state;
    return replicas.replicas.every(
      ({ id }) => this.processes.get(id)?.state === "up" && targets[id]?.status === "healthy",
    );
  }

  /** Of one replica, until now. */
  get replicaHours(): number {
    this.#count();
    return this.#replicaMs / 3_600_000;
  }

  crash(process: Process): void {
    if (process.state !== "up") return;
    process.state = "down";
    this.#condition(process, "gone");
    this.#platform.crashed(process);
  }

  hang(process: Process): void {
    if (process.state !== "up") return;
    process.state = "hung";
    this.#condition(process, "silent");
    this.#platform.hung(process);
  }

  /** Its machine is gone. */
  lose(process: Process): void {
    if (process.state === "lost") return;
    process.state = "lost";
    this.#condition(process, "silent");
    this.#platform.lost(process);
  }

  deploy(version: string): void {
    const { services } = this.#world.architecture;
    const jobs = Object.entries(services).flatMap(([job, definition]) =>
      definition.kind === "job" && definition.before.includes(this.name) ? [job] : [],
    );
    const request = { version, policy: this.settings.rollout, timeoutMs: null, jobs };
    this.loop.feed({ kind: "deploy", request });
  }

  scale(desired: number): void {
    this.#count();
    this.loop.feed({ kind: "scale", desired });
  }

  #control(): ServiceControl {
    return {
      listens: (process) => this.#listens(process),
      exited: (process, reason) => this.#exited(process, reason),
      unlist: (process) => this.#tellHealth({ kind: "remove", target: process.id }),
      report: (process, health) => this.loop.feed({ kind: health, id: process.id }),
      shutZone: (zone) => {
        const name = this.#world.architecture.zoneNames[zone] as string;
        const { zones } = this.loop.state.replicas;
        if (zones.some((each) => each.name === name && each.available))
          this.loop.feed({ kind: "zone", zone: name, available: false });
      },
    };
  }

  #perform(action: ServiceAction): void {
    if (action.kind === "run-job") {
      const { deployment, job } = action;
      this.#world.lasts(JOB_MS, `the job ${job} runs`, null, () =>
        this.loop.feed({ kind: "job-ended", deployment, job, failure: null }),
      );
      return;
    }
    if (action.kind === "start") return this.#start(action.id, action.zone, action.version);
    const process = this.processes.get(action.id);
    if (action.kind === "deregister") this.#tellHealth({ kind: "deregister", target: action.id });
    if (process === undefined) return;
    switch (action.kind) {
      case "deregister":
        return this.#sayWhenDrained(process);
      case "stop":
        if (process.state !== "hung" && process.state !== "lost")
          this.#world.kernel.after(GRACEFUL_MS, () => this.#exited(process, "SIGTERM"));
        return;
      case "kill":
        this.#world.kernel.after(ANSWER_MS, () => this.#exited(process, "SIGKILL"));
    }
  }

  #start(id: string, zone: string, version: string): void {
    this.#count();
    const process: Process = {
      id,
      service: this.name,
      zone: this.#world.zoneNumber(zone),
      version,
      traffic: null,
      state: "starting",
      restarts: 0,
      node: null,
    };
    this.processes.set(id, process);
    if (!this.#isBeginning) this.#platform.start(process);
    else if (!this.#platform.place(process)) this.#platform.start(process);
  }

  #listens(process: Process): void {
    if (!this.processes.has(process.id) || process.state === "lost") return;
    process.state = "up";
    if (process.traffic === null) {
      const { cpu } = this.definition.limits ?? this.definition.size;
      this.#world.changeTraffic((traffic) => {
        process.traffic = traffic.addReplica(this.#stage, capacityOf(cpu));
      });
    } else this.#condition(process, "up");
    this.loop.feed({ kind: "started", id: process.id });
    if (this.#isBeginning)
      return this.#register(process, this.settings.health.intervalMs * this.#world.random.next());
    this.#register(
      process,
      this.#world.profile === "aws" ? this.#world.delays.draw("target-registration") : 0,
    );
  }

  #register(process: Process, delay: number): void {
    const register = (): void => {
      const phase = this.replicas.find(({ id }) => id === process.id)?.phase;
      if (phase === "running") this.#tellHealth({ kind: "register", target: process.id });
    };
    if (delay === 0) register();
    else this.#world.kernel.after(delay, register);
  }

  #exited(process: Process, reason: string): void {
    if (!this.processes.delete(process.id)) return;
    this.#count();
    this.#condition(process, "gone");
    this.#platform.gone(process);
    this.#tellHealth({ kind: "remove", target: process.id });
    this.loop.feed({ kind: "exited", id: process.id, reason });
  }

  #condition({ traffic: replica }: Process, condition: "up" | "gone" | "silent"): void {
    if (replica !== null) this.#world.changeTraffic((traffic) => traffic.setCondition(replica, condition));
  }

  /** On one machine a replica without requests is known to be drained; elsewhere the whole delay passes. */
  #sayWhenDrained(process: Process): void {
    if (this.#world.profile === "aws" || process.traffic === null) return;
    const replica = process.traffic;
    const look = (): void => {
      this.#world.traffic.advance(this.#world.now);
      if (this.#world.traffic.outstandingOf(replica) < 0.5)
        this.loop.feed({ kind: "drained", id: process.id });
      else if (this.processes.has(process.id)) this.#world.kernel.after(50, look);
    };
    this.#world.kernel.after(ANSWER_MS, look);
  }

  #tellHealth(event: HealthEvent): void {
    this.#health.feed(event);
    if (event.kind !== "passed" && event.kind !== "failed") this.#route();
  }

  #onHealth(action: HealthAction): void {
    const process = this.processes.get(action.target);
    if (action.kind === "probe") return this.#probe(action.target, action.probe, process);
    if (process === undefined) return;
    this.#platform.judged(process, action.kind);
    // The health controller has its new state once its step is over.
    this.#world.kernel.after(0, () => this.#route());
    if (action.kind === "unhealthy")
      this.#world.tell(`${process.id} is an unhealthy target`, this.#world.now, this.#world.now);
  }

  #probe(target: string, probe: number, process: Process | undefined): void {
    if (process?.state === "hung" || process?.state === "lost") return;
    const passes = process?.state === "up" && process.version !== VERSIONS.unhealthy;
    this.#world.kernel.after(ANSWER_MS, () =>
      passes
        ? this.#health.feed({ kind: "passed", target, probe })
        : this.#health.feed({ kind: "failed", target, probe, reason: "Target.FailedHealthChecks" }),
    );
  }

  #route(): void {
    const targets = routableTargets(this.#health.state).flatMap(
      (id) => this.processes.get(id)?.traffic ?? [],
    );
    this.#world.changeTraffic((traffic) => traffic.setTargets(this.#stage, targets));
  }

  #count(): void {
    const now = this.#world.now;
    this.#replicaMs += this.processes.size * (now - this.#countedAt);
    this.#countedAt = now;
  }
}
