import type { ControlLoop } from "#control/controller.ts";
import {
  type HealthAction,
  type HealthEvent,
  type HealthState,
  initialHealth,
  routableTargets,
} from "#control/health.ts";
import { type Replica, type ReplicasAction, initialReplicas } from "#control/replica-state.ts";
import { type DeploymentRequest, isUnderWay } from "#control/rollout/deployment-state.ts";
import {
  type ServiceAction,
  type ServiceEvent,
  type ServiceState,
  initialService,
} from "#control/rollout/service.ts";
import type { RandomStream } from "../kernel/random.ts";
import { SUPERVISOR } from "./network.ts";
import { type ReplicaProcess, ReplicaProcesses } from "./replica-processes.ts";
import type { Schedule } from "./schedule.ts";
import { judgeStep, serviceComplaint } from "./service-promises.ts";
import { ServiceZones } from "./service-zones.ts";
import { SupervisedLoop } from "./supervised-loop.ts";
import type { Surroundings } from "./surroundings.ts";
import { must } from "./violation.ts";

export type ServiceLoop = ControlLoop<ServiceState, ServiceEvent, ServiceAction>;
export type HealthLoop = ControlLoop<HealthState, HealthEvent, HealthAction>;

const NAME = "api";
export const ZONE_NAMES = ["a", "b", "c"] as const;
export const MOST_REPLICAS = 6;
const HEALTH = { intervalMs: 400, timeoutMs: 500, healthyThreshold: 2, unhealthyThreshold: 2 } as const;
const REPLICAS = {
  max: MOST_REPLICAS,
  startTimeoutMs: 3000,
  healthCheckGracePeriodMs: 1000,
  deregistrationDelayMs: 1000,
  stopTimeoutMs: 1000,
  backoff: { baseMs: 200, capMs: 2000, resetAfterMs: 3000 },
} as const;
const REQUEST_PERIOD_MS = 100;

/** A service: its two controllers, connected as the twin connects them, its processes, and requests to them. */
export class Service {
  readonly loop: SupervisedLoop<ServiceState, ServiceEvent, ServiceAction>;
  readonly health: SupervisedLoop<HealthState, HealthEvent, HealthAction>;
  readonly processes: ReplicaProcesses;
  readonly zones: ServiceZones;
  readonly #around: Surroundings;
  readonly #random: RandomStream;
  /** Whether what a replica needs of others is there for one in this zone. */
  readonly #hasNeeds: (zone: number) => boolean;
  readonly #seen = new Set<string>();
  readonly #jobs = new Set<string>();
  #isStopped = false;
  /** What was asked for last, and accepted. */
  #rolledTo: string | null = null;
  #startedNow = false;
  #removedHealthyNow = false;
  #failed = 0;
  #turn = 0;

  constructor(
    around: Surroundings,
    loops: { readonly service: ServiceLoop; readonly health: HealthLoop },
    hasNeeds: (zone: number) => boolean,
  ) {
    const { schedule, supervisor, kernel } = around;
    this.#around = around;
    this.#random = around.stream(NAME);
    this.#hasNeeds = hasNeeds;
    this.processes = new ReplicaProcesses(around, NAME, {
      started: (id) => this.#started(id),
      exited: (id, reason) => this.#exited(id, reason),
      drained: (id) => this.loop.feed({ kind: "drained", id }),
    });
    this.loop = new SupervisedLoop(supervisor, loops.service, {
      name: NAME,
      initial: initialOf(schedule),
      perform: (action) => this.#perform(action),
      judge: (state) => this.#judge(state),
      lookAround: (state, tell) => this.#lookAround(state, tell),
    });
    this.health = new SupervisedLoop(supervisor, loops.health, {
      name: `${NAME} health`,
      initial: initialHealth(HEALTH),
      perform: (action) => this.#onHealth(action),
    });
    this.zones = new ServiceZones(supervisor, (event) => this.loop.feed(event));
    kernel.every(REQUEST_PERIOD_MS, () => this.#request());
  }

  complaint(): string | null {
    const { state } = this.loop;
    const left = this.processes.byId.size + state.replicas.replicas.length;
    if (this.#isStopped) return left === 0 ? null : "replicas are left after everything was to stop";
    const { version } = state.replicas;
    if (this.#rolledTo !== null && version !== this.#rolledTo)
      return `it runs ${version} and was rolled to ${this.#rolledTo}`;
    return serviceComplaint(state, this.processes.byId);
  }

  roll(version: string): void {
    this.#around.supervisor.tell(() => {
      this.#rolledTo = version;
      this.loop.feed({ kind: "roll", version });
    });
  }

  deploy(request: DeploymentRequest): void {
    this.#around.supervisor.tell(() => {
      const { deployment, replicas } = this.loop.state;
      if (isUnderWay(deployment) || replicas.stopped) return;
      this.#rolledTo = null;
      this.#failed = 0;
      this.loop.feed({ kind: "deploy", request });
    });
  }

  stop(): void {
    this.#around.supervisor.tell(() => {
      this.#isStopped = true;
      this.loop.feed({ kind: "stop-all" });
    });
  }

  #judge(state: ServiceState): void {
    const { replicas, deployment } = state;
    const renewed = replicas.replicas.filter(({ generation }) => generation === deployment?.to.generation);
    // A new task that is well clears ECS's count.
    if (renewed.some(({ available }) => available)) this.#failed = 0;
    judgeStep(state, {
      started: this.#startedNow,
      removedHealthy: this.#removedHealthyNow,
      failed: this.#failed,
    });
    this.#startedNow = false;
    this.#removedHealthyNow = false;
  }

  #perform(action: ServiceAction): void {
    if (action.kind === "run-job") return this.#runJob(action);
    if (action.kind === "start") return this.#start(action);
    const process = this.processes.byId.get(action.id);
    if (action.kind === "deregister") {
      if (process?.toldHealthy === true) this.#removedHealthyNow = true;
      this.health.feed({ kind: "deregister", target: action.id });
    }
    // It may have exited already, which the controller is about to hear.
    if (process === undefined) return;
    const { now } = this.#around.supervisor;
    const { id, stage, stageAt } = process;
    switch (action.kind) {
      case "deregister":
        must(stage === "serving", "deregistered twice", () => `${id} is deregistered twice.`);
        return this.processes.deregister(process, now);
      case "stop":
        must(this.#mayStop(process), "drain", () => `${id} is stopped while it may have requests.`);
        return this.processes.terminate(process, now);
      case "kill":
        must(
          stage === "stopped" && now >= stageAt + REPLICAS.stopTimeoutMs,
          "kill",
          () => `${id} is killed too early.`,
        );
        return this.processes.kill(process);
    }
  }

  #start({ id, zone, version }: Extract<ReplicasAction, { readonly kind: "start" }>): void {
    must(!this.#seen.has(id), "started twice", () => `${id} is started twice.`);
    must(!this.zones.isKnownShut(zone), "shut zone", () => `${id} is started in ${zone}, which is shut.`);
    this.#seen.add(id);
    this.#startedNow = true;
    this.processes.start(id, ZONE_NAMES.indexOf(zone as "a"), version);
  }

  /** Requests have ended, or had their time; what never was a target has none. */
  #mayStop({ id, stage, stageAt, requests }: ReplicaProcess): boolean {
    if (stage === "serving") return !(id in this.health.state.targets);
    const isOver = this.#around.supervisor.now >= stageAt + REPLICAS.deregistrationDelayMs;
    return stage === "deregistered" && (requests === 0 || isOver);
  }

  #started(id: string): void {
    this.loop.feed({ kind: "started", id });
    const isRunning = this.loop.state.replicas.replicas.some(
      (replica) => replica.id === id && replica.phase === "running",
    );
    if (isRunning) this.health.feed({ kind: "register", target: id });
  }

  #exited(id: string, reason: string): void {
    const { replicas, deployment } = this.loop.state;
    const replica = replicas.replicas.find((each) => each.id === id);
    const isCounted = replica?.generation === deployment?.to.generation && replica?.sick === null;
    const isLive = replica?.phase === "starting" || replica?.phase === "running";
    if (isCounted && isLive && replica?.firstHealthyAt === null) this.#failed += 1;
    this.health.feed({ kind: "remove", target: id });
    this.loop.feed({ kind: "exited", id, reason });
  }

  #runJob({ deployment, job }: Extract<ServiceAction, { readonly kind: "run-job" }>): void {
    const run = `${deployment} ${job}`;
    must(!this.#jobs.has(run), "job twice", () => `The job ${job} of deployment ${deployment} runs twice.`);
    this.#jobs.add(run);
    const failure = this.#random.chance(20) ? "ended with code 1" : null;
    const { kernel, supervisor } = this.#around;
    const { life } = supervisor;
    kernel.after(this.#random.between(10, 500), () => {
      if (supervisor.life === life) this.loop.feed({ kind: "job-ended", deployment, job, failure });
    });
  }

  #onHealth(action: HealthAction): void {
    if (action.kind !== "probe") return this.#tellOfHealth(action.target, action.kind);
    const { network, kernel, schedule } = this.#around;
    const { target, probe } = action;
    const process = this.processes.byId.get(target);
    // It may be gone, which nobody has heard yet: then nothing listens there.
    const zone = process?.zone ?? SUPERVISOR;
    const isLost = !network.reaches(SUPERVISOR, zone) || this.#random.chance(schedule.lostChecks);
    if (isLost || process?.state === "hung") return;
    const slowest = (process?.slow ?? 0) > 0 ? HEALTH.timeoutMs * 3 : 20;
    kernel.after(this.#random.between(1, slowest) + network.delay(SUPERVISOR, zone), () => {
      const isThere = process !== undefined && this.processes.byId.has(target);
      const passes = isThere && process.sick === 0 && this.#hasNeeds(process.zone);
      if (passes) this.health.feed({ kind: "passed", target, probe });
      else this.health.feed({ kind: "failed", target, probe, reason: "Target.ResponseCodeMismatch" });
    });
  }

  #tellOfHealth(id: string, kind: "healthy" | "unhealthy"): void {
    const process = this.processes.byId.get(id);
    if (process !== undefined) process.toldHealthy = kind === "healthy";
    this.loop.feed({ kind, id });
  }

  /** A client's request, to the targets in turn. */
  #request(): void {
    const targets = routableTargets(this.health.state);
    this.#turn += 1;
    const process = this.processes.byId.get(targets[this.#turn % Math.max(1, targets.length)] ?? "");
    if (process !== undefined) this.processes.request(process);
  }

  /**
   * What a supervisor that starts in the middle of things does: it gives the orders again that may have been lost, then
   * says who is gone, for nobody may count on those, and then the rest.
   */
  #lookAround({ replicas, deployment }: ServiceState, tell: (event: ServiceEvent) => void): void {
    const { byId } = this.processes;
    // The step that it died in was never judged.
    this.#startedNow = false;
    this.#removedHealthyNow = false;
    for (const replica of replicas.replicas) {
      const process = byId.get(replica.id);
      if (process !== undefined) this.#repeatOrder(replica, process);
    }
    for (const target of Object.keys(this.health.state.targets))
      if (!byId.has(target)) this.health.feed({ kind: "remove", target });
    for (const { id, phase } of replicas.replicas)
      if (phase === "draining") this.health.feed({ kind: "deregister", target: id });
    for (const { id } of replicas.replicas) if (!byId.has(id)) tell({ kind: "exited", id, reason: "gone" });
    this.zones.lookAround(replicas);
    for (const { id, phase, health } of replicas.replicas) {
      const status = this.health.state.targets[id]?.status;
      if (phase === "starting" && byId.get(id)?.state === "up") this.#started(id);
      if (phase === "running" && status === undefined && byId.has(id))
        this.health.feed({ kind: "register", target: id });
      if (phase === "running" && status !== health && (status === "healthy" || status === "unhealthy"))
        this.#tellOfHealth(id, status);
    }
    const [job] = deployment?.phase === "running jobs" ? deployment.jobs : [];
    if (job !== undefined && deployment !== null)
      tell({ kind: "job-ended", deployment: deployment.id, job, failure: "nobody knows how it ended" });
  }

  /** The order that may have been lost with the supervisor is given again, as of when it was decided. */
  #repeatOrder({ phase, killed, since }: Replica, process: ReplicaProcess): void {
    const { stage } = process;
    if (phase === "draining" && stage === "serving") this.processes.deregister(process, since);
    if (phase === "draining" && stage === "deregistered") this.processes.sayIfDrained(process);
    if (phase !== "stopping") return;
    if (stage === "serving" || stage === "deregistered") this.processes.terminate(process, since);
    if (killed && stage !== "killed") this.processes.kill(process);
  }
}

function initialOf(schedule: Schedule): ServiceState {
  const { desired, minimumHealthyPercent, maximumPercent, rounding, minAvailable, zones } = schedule;
  const budget = minAvailable === null ? {} : { minAvailable };
  const settings = { ...REPLICAS, minimumHealthyPercent, maximumPercent, rounding, ...budget };
  const names = ZONE_NAMES.slice(0, zones);
  return initialService(initialReplicas({ service: NAME, version: "v1", zones: names, desired, settings }));
}
