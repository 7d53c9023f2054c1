import {
  initialReplicas,
  isLive,
  isOutdated,
  type ReplicasConfiguration,
  type ReplicasState,
  summarizeReplicas,
} from "#control/replica-state.ts";
import {
  type DeploymentRequest,
  type DeploymentState,
  isUnderWay,
} from "#control/rollout/deployment-state.ts";
import {
  type ServiceAction,
  type ServiceEvent,
  type ServiceState,
  initialService,
  serviceLoop,
} from "#control/rollout/service.ts";
import { isBalanced } from "#control/replica-rules.ts";
import type { ResolvedService } from "#model/architecture.ts";
import type { Balancer } from "../balancer.ts";
import { DeploymentJobs } from "../deployments/deployment-jobs.ts";
import type { Release } from "../deployments/release.ts";
import { ServiceDeployments } from "../deployments/service-deployments.ts";
import { LoopRunner } from "../loop-runner.ts";
import type { ServiceStatus, ServiceTrouble } from "../status.ts";
import { probeSettings, replicaSettings } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { ReplicaHealth, type Verdict } from "./replica-health.ts";
import { ReplicaLauncher, targetHealthOf } from "./replica-launcher.ts";
import type { RunningReplica } from "./replica-process.ts";
import { healthNews, rollNews } from "./service-news.ts";
import { serviceStatus, troubleOf } from "./service-status.ts";
import { ServiceTraffic } from "./service-traffic.ts";
import { ServiceZones } from "./service-zones.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** Carries out what the controllers of one service decide: starts and stops its replicas, probes them, routes to them. */
export class ServiceKeeper {
  readonly name: string;
  #service: Replicated;
  /** The count that the architecture asks for, as far as it fits this machine. */
  #wanted: number;
  readonly #context: TwinContext;
  readonly #traffic: ServiceTraffic;
  readonly #launcher: ReplicaLauncher;
  readonly #zones: ServiceZones;
  readonly #deployments: ServiceDeployments;
  readonly #jobs: DeploymentJobs;
  readonly #replicas: LoopRunner<ServiceState, ServiceEvent, ServiceAction>;
  readonly #health: ReplicaHealth | null;
  /** When the roll that is under way began; null when none is. */
  #rollingSince: number | null = null;
  #onChange = () => {};

  constructor(name: string, service: Replicated, desired: number, context: TwinContext, balancer: Balancer) {
    this.name = name;
    this.#service = service;
    this.#wanted = desired;
    this.#context = context;
    this.#traffic = new ServiceTraffic(name, balancer, context.links);
    const { profile, architecture } = context;
    const settings = replicaSettings(profile, service, architecture, desired);
    const zones = architecture.zoneNames;
    this.#deployments = new ServiceDeployments(name, service, context);
    this.#jobs = new DeploymentJobs(context);
    const version = this.#deployments.add(this.#deployments.runs);
    const initial = initialReplicas({ service: name, version, zones, desired, settings });
    this.#replicas = new LoopRunner(
      serviceLoop,
      initialService(initial),
      (action) => this.#perform(action),
      () => this.#changed(),
    );
    this.#zones = new ServiceZones(zones, context.places, (event) => this.#replicas.feed(event));
    this.#launcher = new ReplicaLauncher(name, context, {
      isStarting: (id) => this.#isStarting(id),
      started: (id) => this.#started(id),
      exited: (id, reason) => this.#exited(id, reason),
    });
    const judge = (verdict: Verdict) => this.#judge(verdict);
    const { processes } = this.#launcher;
    this.#health =
      service.kind === "web"
        ? new ReplicaHealth(probeSettings(profile, service, architecture), processes, judge)
        : null;
  }

  start(): void {
    this.#zones.start();
    this.#replicas.feed({ kind: "tick" });
  }

  /** The replicas that have a process. */
  get processes(): ReadonlyMap<string, RunningReplica> {
    return this.#launcher.processes;
  }

  /** The replicas as their controller has them. */
  get replicas(): ReplicasState {
    return this.#state;
  }

  /** Has another number of replicas from now on; surplus ones drain. */
  scale(desired: number): void {
    this.#replicas.feed({ kind: "scale", desired });
  }

  /** Tells the load balancer again where the replicas are reached. */
  refresh(): void {
    void this.#route();
  }

  /** Called after each change of a replica. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Goes by another definition of the service from now on; a roll gives every replica its command and variables. */
  change(service: Replicated, desired: number, { roll }: { readonly roll: boolean }): void {
    const { profile, architecture } = this.#context;
    const { label, differs } = this.#deployments.redeclared(this.#service, service);
    this.#service = service;
    // What something else has scaled meanwhile stays, unless the wanted count is another one.
    const count = desired === this.#wanted ? this.#state.desired : desired;
    if (desired !== this.#wanted)
      this.#say("info", this.name, `is scaled from ${this.#state.desired} to ${desired}`);
    this.#wanted = desired;
    const configuration = {
      settings: replicaSettings(profile, service, architecture, desired),
      desired: count,
    };
    if (roll || differs) this.#roll(label, configuration);
    else this.#replicas.feed({ kind: "configure", ...configuration });
    if (service.kind === "web") this.#health?.configure(probeSettings(profile, service, architecture));
    for (const replica of this.#state.replicas) {
      const process = this.#launcher.processes.get(replica.id);
      if (process && !isOutdated(replica, this.#state)) process.targetHealth = targetHealthOf(service);
    }
  }

  /** Begins to replace every replica by a new one. @returns how many there are to replace. */
  roll(): number {
    const count = this.#state.replicas.filter(isLive).length;
    this.#roll(this.#replicas.state.good.version);
    return count;
  }

  /** Begins to deploy a release; the deployment tells how it goes. */
  deploy(release: Release, request: Omit<DeploymentRequest, "version">): void {
    const version = this.#deployments.add(release);
    this.#replicas.feed({ kind: "deploy", request: { ...request, version } });
  }

  /** The last deployment, under way or over. */
  get deployment(): DeploymentState | null {
    return this.#replicas.state.deployment;
  }

  /** What the service runs, and returns to where a deployment of something else fails. */
  get release(): Release {
    return this.#deployments.runs;
  }

  get isSettled(): boolean {
    const { phase } = summarizeReplicas(this.#state);
    return phase === "steady" && isBalanced(this.#state) && !isUnderWay(this.deployment);
  }

  get trouble(): ServiceTrouble | null {
    return troubleOf(this.#state);
  }

  /** Drains and stops every replica; returns when all are gone. */
  async stop(): Promise<void> {
    const gone = Promise.withResolvers<void>();
    const check = () => (this.#state.replicas.length === 0 ? gone.resolve() : undefined);
    this.onChange(check);
    this.#jobs.end();
    this.#replicas.feed({ kind: "stop-all" });
    // A frozen replica can act on SIGTERM only when it runs again.
    for (const process of this.#launcher.processes.values()) process.signal("SIGCONT");
    check();
    await gone.promise;
    this.#replicas.end();
    this.#health?.end();
    this.#zones.end();
  }

  status(): ServiceStatus {
    return serviceStatus(this.#service.kind, this.#state, this.#launcher.processes, {
      ...this.#deployments.status(this.deployment, this.#service),
      versionOf: (label) => this.#deployments.nameOf(label, this.#service),
    });
  }

  get #state(): ReplicasState {
    return this.#replicas.state.replicas;
  }

  #roll(version: string, configure?: ReplicasConfiguration): void {
    this.#say("info", this.name, rollNews(this.#state, configure));
    this.#rollingSince = performance.now();
    this.#replicas.feed({ kind: "roll", version, ...(configure ? { configure } : {}) });
  }

  #perform(action: ServiceAction): void {
    switch (action.kind) {
      case "start":
        return void this.#launcher.launch(
          action,
          this.#deployments.definition(this.#service, action.version),
        );
      case "run-job":
        return void this.#runJob(action);
      case "deregister":
        return void this.#deregister(action.id);
      case "stop":
        return this.#launcher.processes.get(action.id)?.stop();
      case "kill":
        this.#say("warning", action.id, "did not stop in time and is killed");
        return this.#launcher.processes.get(action.id)?.signal("SIGKILL");
    }
  }

  async #deregister(id: string): Promise<void> {
    this.#say("info", id, "leaves the target group and drains");
    this.#health?.tell("deregister", id);
    await this.#route();
    // Nothing drains what was never a target of the load balancer.
    if (!this.#health || !this.#traffic.awaits(id)) this.drained(id);
  }

  async #runJob(action: Extract<ServiceAction, { kind: "run-job" }>): Promise<void> {
    const failure = await this.#jobs.run(action.job);
    if (failure !== undefined) this.#replicas.feed({ ...action, kind: "job-ended", failure });
  }

  /** A stop may have come before there was a process to tell. */
  #isStarting(id: string): boolean {
    return this.#state.replicas.some((replica) => replica.id === id && replica.phase === "starting");
  }

  #started(id: string): void {
    this.#replicas.feed({ kind: "started", id });
    if (this.#health) this.#health.tell("register", id);
    else this.#replicas.feed({ kind: "healthy", id });
    this.#context.network.partsChanged();
    void this.#route();
  }

  #exited(id: string, reason: string): void {
    const expected = !this.#state.replicas.some((replica) => replica.id === id && isLive(replica));
    this.#say(expected ? "info" : "warning", id, expected ? "has stopped" : reason);
    this.#launcher.forget(id);
    this.#context.network.partsChanged();
    this.#health?.tell("remove", id);
    this.#replicas.feed({ kind: "exited", id, reason });
    void this.#route();
  }

  /** The load balancer has seen the last request of a target that leaves. */
  drained(id: string): void {
    this.#replicas.feed({ kind: "drained", id });
  }

  #judge(verdict: Verdict): void {
    const replica = this.#state.replicas.find(({ id }) => id === verdict.target);
    const { level, message } = healthNews(verdict, replica);
    this.#say(level, verdict.target, message);
    if (verdict.kind === "unhealthy" && replica) this.#zones.noticeUnhealthy(replica.zone);
    if (verdict.kind !== "not-ready") this.#replicas.feed({ kind: verdict.kind, id: verdict.target });
    void this.#route();
  }

  /** Returns when who calls this service is led by it; what keeps a forwarder from that, it has told itself. */
  async #route(): Promise<void> {
    const { processes } = this.#launcher;
    if (!this.#health) return;
    await this.#traffic.tell({ health: this.#health.targets, state: this.#state, processes }).catch(() => {});
  }

  #changed(): void {
    this.#deployments.look(this.#replicas.state);
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
