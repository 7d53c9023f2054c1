import {
  type HealthAction,
  type HealthEvent,
  type HealthState,
  healthLoop,
  initialHealth,
} from "#control/health.ts";
import {
  initialReplicas,
  isHealthy,
  type Replica,
  type ReplicasAction,
  type ReplicasEvent,
  type ReplicasState,
} from "#control/replica-state.ts";
import { replicasLoop } from "#control/replicas.ts";
import type { ResolvedService } from "#model/architecture.ts";
import type { Balancer } from "../balancer.ts";
import { LoopRunner } from "../loop-runner.ts";
import { expandCommand, serviceVariables } from "../service-environment.ts";
import type { ReplicaStatus, ServiceStatus } from "../status.ts";
import { healthSettings, replicaSettings } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { probe } from "./http-probe.ts";
import { ReplicaProcess } from "./replica-process.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** Carries out what the controllers of one service decide: starts and stops its replicas, probes them, routes to them. */
export class ServiceKeeper {
  readonly name: string;
  readonly #service: Replicated;
  readonly #context: TwinContext;
  readonly #balancer: Balancer;
  readonly #processes = new Map<string, ReplicaProcess>();
  readonly #replicas: LoopRunner<ReplicasState, ReplicasEvent, ReplicasAction>;
  readonly #health: LoopRunner<HealthState, HealthEvent, HealthAction> | null;
  #changed = () => {};

  constructor(name: string, service: Replicated, desired: number, context: TwinContext, balancer: Balancer) {
    this.name = name;
    this.#service = service;
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
    this.#changed = listener;
  }

  get isSettled(): boolean {
    const { replicas, desired } = this.#replicas.state;
    return replicas.filter(isHealthy).length === desired && replicas.length === desired;
  }

  /** How many starts failed in a row, and what became of the last replica that was lost or is not well. */
  get trouble(): { readonly failures: number; readonly id: string; readonly reason: string } {
    const { failures, lastLoss, replicas } = this.#replicas.state;
    if (lastLoss) return { failures, ...lastLoss };
    const ailing = replicas.find((replica) => !isHealthy(replica));
    return { failures, id: ailing?.id ?? `${this.name}-1`, reason: "does not pass its health check" };
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
    const { replicas, desired } = this.#replicas.state;
    return {
      name: this.name,
      kind: this.#service.kind,
      desired,
      healthy: replicas.filter(isHealthy).length,
      replicas: replicas.map((replica) => this.#replicaStatus(replica)),
    };
  }

  #replicaStatus({ id, zone, version, phase, health, sick }: Replica): ReplicaStatus {
    const process = this.#processes.get(id);
    const running = sick === null && health === "unknown" ? "starting" : health;
    return {
      id,
      zone,
      version,
      state: phase === "running" ? running : phase,
      address: process ? `${process.address.host}:${process.address.port}` : "",
      pid: process?.pid ?? null,
      startedAt: process?.startedAt ?? null,
    };
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
        if (!this.#health || !this.#balancer.leadsTo(this.name))
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
    try {
      const port = this.#service.kind === "web" ? this.#service.port : 0;
      const address = await addresses.acquire("private", zoneIndex, port);
      const env = serviceVariables(architecture, this.name, { zone, address }, endpoints(zone));
      const command = expandCommand(this.#service.command, env);
      this.#say("info", id, `starts in ${zone} at ${address.host}:${address.port}`);
      const process = new ReplicaProcess(processes, { role: id, command, cwd: project, env }, address, {
        started: () => this.#started(id),
        exited: (reason) => this.#exited(id, reason),
      });
      this.#processes.set(id, process);
    } catch (error) {
      this.#exited(id, (error as Error).message);
    }
  }

  #started(id: string): void {
    this.#replicas.feed({ kind: "started", id });
    if (this.#health) this.#health.feed({ kind: "register", target: id });
    else this.#replicas.feed({ kind: "healthy", id });
    this.#route();
    this.#changed();
  }

  #exited(id: string, reason: string): void {
    const expected = !this.#replicas.state.replicas.some(
      (replica) => replica.id === id && isLivePhase(replica),
    );
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
    if (!process || this.#service.kind !== "web") return;
    const { path, matcher } = this.#service.targetHealth;
    const reason = await probe(process.address, path, matcher, timeoutMs);
    this.#health?.feed(
      reason === null
        ? { kind: "passed", target: id, probe: number }
        : { kind: "failed", target: id, probe: number, reason },
    );
  }

  /** Tells the load balancer who is in the target group, and in which state. */
  #route(): void {
    if (!this.#health) return;
    const targets = Object.entries(this.#health.state.targets).flatMap(([id, { status }]) => {
      const process = this.#processes.get(id);
      const zone = this.#replicas.state.replicas.find((replica) => replica.id === id)?.zone;
      return process
        ? [{ id, ...process.address, state: status, ...(zone === undefined ? {} : { zone }) }]
        : [];
    });
    this.#balancer.setTargets(this.name, targets);
  }

  #say(level: "info" | "warning", part: string, message: string): void {
    this.#context.events.record(level, part, message);
  }
}

function isLivePhase({ phase }: Replica): boolean {
  return phase === "starting" || phase === "running";
}
