import {
  type HealthAction,
  type HealthEvent,
  type HealthState,
  healthLoop,
  initialHealth,
} from "#control/health.ts";
import {
  initialReplicas,
  isLive,
  isOutdated,
  type ReplicasAction,
  type ReplicasConfiguration,
  type ReplicasEvent,
  type ReplicasState,
  rolloutBounds,
  summarizeReplicas,
} from "#control/replica-state.ts";
import { replicasLoop } from "#control/replicas.ts";
import type { ResolvedService } from "#model/architecture.ts";
import type { Balancer } from "../balancer.ts";
import { LoopRunner } from "../loop-runner.ts";
import { expandCommand, serviceVariables } from "../service-environment.ts";
import type { ServiceStatus, ServiceTrouble } from "../status.ts";
import { healthSettings, replicaSettings } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { probe } from "./http-probe.ts";
import { ReplicaProcess } from "./replica-process.ts";
import { serviceStatus, troubleOf } from "./service-status.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** Carries out what the controllers of one service decide: starts and stops its replicas, probes them, routes to them. */
export class ServiceKeeper {
  readonly name: string;
  #service: Replicated;
  /** The count that the architecture asks for, as far as it fits this machine. */
  #wanted: number;
  readonly #context: TwinContext;
  readonly #balancer: Balancer;
  readonly #processes = new Map<string, ReplicaProcess>();
  readonly #replicas: LoopRunner<ReplicasState, ReplicasEvent, ReplicasAction>;
  readonly #health: LoopRunner<HealthState, HealthEvent, HealthAction> | null;
  /** When the roll that is under way began; null when none is. */
  #rollingSince: number | null = null;
  #onChange = () => {};

  constructor(name: string, service: Replicated, desired: number, context: TwinContext, balancer: Balancer) {
    this.name = name;
    this.#service = service;
    this.#wanted = desired;
    this.#context = context;
    this.#balancer = balancer;
    const { profile, architecture } = context;
    const settings = replicaSettings(profile, service, architecture, desired);
    const zones = architecture.zoneNames;
    const initial = initialReplicas({ service: name, version: service.image.tag, zones, desired, settings });
    this.#replicas = new LoopRunner(replicasLoop, initial, (action) => this.#perform(action));
    this.#health =
      service.kind === "web"
        ? new LoopRunner(healthLoop, initialHealth(healthSettings(profile, service)), (action) =>
            this.#judge(action),
          )
        : null;
  }

  start(): void {
    this.#replicas.feed({ kind: "tick" });
  }

  /** Called after each change of a replica. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Goes by another definition of the service from now on; a roll gives every replica its command and variables. */
  change(service: Replicated, desired: number, { roll }: { readonly roll: boolean }): void {
    const { profile, architecture } = this.#context;
    this.#service = service;
    // What something else has scaled meanwhile stays, unless the wanted count is another one.
    const count = desired === this.#wanted ? this.#replicas.state.desired : desired;
    if (desired !== this.#wanted)
      this.#say("info", this.name, `is scaled from ${this.#replicas.state.desired} to ${desired}`);
    this.#wanted = desired;
    const configuration = {
      settings: replicaSettings(profile, service, architecture, desired),
      desired: count,
    };
    if (roll) this.#roll(configuration);
    else this.#replicas.feed({ kind: "configure", ...configuration });
    if (service.kind === "web")
      this.#health?.feed({ kind: "configure", settings: healthSettings(profile, service) });
    for (const replica of this.#replicas.state.replicas) {
      const process = this.#processes.get(replica.id);
      if (process && !isOutdated(replica, this.#replicas.state))
        process.targetHealth = targetHealthOf(service);
    }
    this.#changed();
  }

  /** Begins to replace every replica by a new one. @returns how many there are to replace. */
  roll(): number {
    const count = this.#replicas.state.replicas.filter(isLive).length;
    this.#roll();
    this.#changed();
    return count;
  }

  get isSettled(): boolean {
    return summarizeReplicas(this.#replicas.state).phase === "steady";
  }

  get trouble(): ServiceTrouble | null {
    return troubleOf(this.#replicas.state);
  }

  /** Drains and stops every replica; returns when all are gone. */
  async stop(): Promise<void> {
    const gone = Promise.withResolvers<void>();
    const check = () => (this.#replicas.state.replicas.length === 0 ? gone.resolve() : undefined);
    this.onChange(check);
    this.#replicas.feed({ kind: "stop-all" });
    // A frozen replica can act on SIGTERM only when it runs again.
    for (const process of this.#processes.values()) process.signal("SIGCONT");
    check();
    await gone.promise;
    this.#replicas.end();
    this.#health?.end();
  }

  status(): ServiceStatus {
    return serviceStatus(this.#service.kind, this.#replicas.state, this.#processes);
  }

  #roll(configure?: ReplicasConfiguration): void {
    const { replicas, ...state } = this.#replicas.state;
    const { surge, minimumHealthy } = rolloutBounds({ ...state, ...configure });
    const how =
      surge > 0 ? `up to ${surge} start before as many stop` : `as few as ${minimumHealthy} stay meanwhile`;
    const live = replicas.filter(isLive).length;
    const what = live === 1 ? "1 replica is" : `${live} replicas are`;
    this.#say("info", this.name, `rolls: ${what} replaced, ${how}`);
    this.#rollingSince = performance.now();
    const version = this.#service.image.tag;
    this.#replicas.feed({ kind: "roll", version, ...(configure ? { configure } : {}) });
  }

  #perform(action: ReplicasAction): void {
    switch (action.kind) {
      case "start":
        return void this.#startReplica(action.id, action.zone);
      case "deregister":
        this.#say("info", action.id, "leaves the target group and drains");
        this.#health?.feed({ kind: "deregister", target: action.id });
        this.#route();
        // Nothing drains what was never a target.
        if (!this.#health || !this.#balancer.holds(this.name, action.id))
          this.#replicas.feed({ kind: "drained", id: action.id });
        return;
      case "stop":
        return this.#processes.get(action.id)?.signal("SIGTERM");
      case "kill":
        this.#say("warning", action.id, "did not stop in time and is killed");
        return this.#processes.get(action.id)?.signal("SIGKILL");
    }
  }

  async #startReplica(id: string, zone: string): Promise<void> {
    const { architecture, addresses, endpoints, processes, project } = this.#context;
    const zoneIndex = architecture.zoneNames.indexOf(zone);
    const service = this.#service;
    const targetHealth = targetHealthOf(service);
    try {
      const port = service.kind === "web" ? service.port : 0;
      const address = await addresses.acquire("private", zoneIndex, port);
      if (!this.#isStarting(id)) {
        addresses.release(address);
        return this.#exited(id, "is not needed any more");
      }
      const env = serviceVariables(service, { zone, address }, endpoints(zone));
      const command = expandCommand(service.command, env);
      this.#say("info", id, `starts in ${zone} at ${address.host}:${address.port}`);
      const launch = { role: id, command, cwd: project, env };
      const process = new ReplicaProcess(
        processes,
        launch,
        { address, targetHealth },
        {
          started: () => this.#started(id),
          exited: (reason) => this.#exited(id, reason),
        },
      );
      this.#processes.set(id, process);
    } catch (error) {
      this.#exited(id, (error as Error).message);
    }
  }

  /** A stop may have come before there was a process to tell. */
  #isStarting(id: string): boolean {
    return this.#replicas.state.replicas.some((replica) => replica.id === id && replica.phase === "starting");
  }

  #started(id: string): void {
    this.#replicas.feed({ kind: "started", id });
    if (this.#health) this.#health.feed({ kind: "register", target: id });
    else this.#replicas.feed({ kind: "healthy", id });
    this.#route();
    this.#changed();
  }

  #exited(id: string, reason: string): void {
    const expected = !this.#replicas.state.replicas.some((replica) => replica.id === id && isLive(replica));
    this.#say(expected ? "info" : "warning", id, expected ? "has stopped" : reason);
    const process = this.#processes.get(id);
    if (process) this.#context.addresses.release(process.address);
    this.#processes.delete(id);
    this.#health?.feed({ kind: "remove", target: id });
    this.#replicas.feed({ kind: "exited", id, reason });
    this.#route();
    this.#changed();
  }

  /** The load balancer has seen the last request of a target that leaves. */
  drained(id: string): void {
    this.#replicas.feed({ kind: "drained", id });
  }

  #judge(action: HealthAction): void {
    if (action.kind === "probe") return void this.#probe(action.target, action.probe, action.timeoutMs);
    this.#sayHealth(action);
    this.#replicas.feed({ kind: action.kind, id: action.target });
    this.#route();
    this.#changed();
  }

  #sayHealth({ kind, target, ...rest }: Exclude<HealthAction, { kind: "probe" }>): void {
    if (kind === "healthy") return this.#say("info", target, "is healthy");
    const replica = this.#replicas.state.replicas.find(({ id }) => id === target);
    // Programs take a moment until they listen; that is no news yet.
    if (replica?.firstHealthyAt === null)
      return this.#say("info", target, "does not answer its health check yet");
    this.#say("warning", target, `is unhealthy (${"reason" in rest ? rest.reason : ""})`);
  }

  async #probe(id: string, number: number, timeoutMs: number): Promise<void> {
    const process = this.#processes.get(id);
    if (!process?.targetHealth) return;
    const { path, matcher } = process.targetHealth;
    const reason = await probe(process.address, path, matcher, timeoutMs);
    this.#health?.feed(
      reason === null
        ? { kind: "passed", target: id, probe: number }
        : { kind: "failed", target: id, probe: number, reason },
    );
  }

  /**
   * Tells the load balancer who is in the target group, and in which state. Who leaves is decided by the replicas'
   * controller: the health's may hear of it only when the step that it is in is over.
   */
  #route(): void {
    if (!this.#health) return;
    const targets = Object.entries(this.#health.state.targets).flatMap(([id, { status }]) => {
      const process = this.#processes.get(id);
      const replica = this.#replicas.state.replicas.find((each) => each.id === id);
      if (!process || !replica) return [];
      const state = isLive(replica) ? status : "draining";
      return [{ id, ...process.address, state, zone: replica.zone }];
    });
    this.#balancer.setTargets(this.name, targets);
  }

  #changed(): void {
    if (this.#rollingSince !== null && this.isSettled) {
      const seconds = ((performance.now() - this.#rollingSince) / 1000).toFixed(1);
      this.#rollingSince = null;
      this.#say("info", this.name, `has rolled: every replica is new, after ${seconds} s`);
    }
    this.#onChange();
  }

  #say(level: "info" | "warning", part: string, message: string): void {
    this.#context.events.record(level, part, message);
  }
}

function targetHealthOf(service: Replicated) {
  return service.kind === "web" ? service.targetHealth : null;
}
