import { isHealthy, isLive, isOutdated } from "#control/replica-state.ts";
import type { DeploymentRequest } from "#control/rollout/deployment-state.ts";
import { isUnderWay } from "#control/rollout/deployment-state.ts";
import type { ServiceAction, ServiceEvent, ServiceState } from "#control/rollout/service.ts";
import { type Behaviour, type ReplicaFault, ReplicasWorld } from "./replicas-world.ts";
import type { Schedule } from "./schedules.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { World } from "./simulation.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** One deployment of a schedule, and what its version turns out to be. */
export interface ToyDeployment {
  readonly atMs: number;
  readonly request: DeploymentRequest;
  readonly behaviour: Behaviour;
  readonly jobFails: boolean;
}

/** A service's replicas under faults, with deployments of good and bad versions. */
export class ServiceWorld implements World<ServiceState, ServiceEvent, ServiceAction> {
  emit: (event: ServiceEvent) => void = () => {};
  /** The fewest healthy replicas since the service was steady first. */
  fewestHealthy = Number.POSITIVE_INFINITY;
  readonly #replicas: ReplicasWorld;
  /** The numbers of the deployments whose jobs fail. */
  readonly #failing = new Set<number>();
  readonly #jobsRun: string[] = [];
  #settled = false;

  constructor(
    initial: ServiceState,
    schedule: Schedule<ReplicaFault>,
    deployments: readonly ToyDeployment[],
  ) {
    const behaviours = new Map(deployments.map(({ request, behaviour }) => [request.version, behaviour]));
    this.#replicas = new ReplicasWorld(
      initial.replicas,
      schedule,
      (version) => behaviours.get(version) ?? "well",
    );
    this.#replicas.emit = (event) => this.emit(event);
    for (const [index, { atMs, request, jobFails }] of deployments.entries()) {
      if (jobFails) this.#failing.add(index + 1);
      this.time.after(atMs, () => this.emit({ kind: "deploy", request }));
    }
  }

  get time(): VirtualTime {
    return this.#replicas.time;
  }

  get random(): SeededRandom {
    return this.#replicas.random;
  }

  perform(action: ServiceAction): void {
    if (action.kind !== "run-job") return this.#replicas.perform(action);
    const failure = this.#failing.has(action.deployment) ? "ended with code 1" : null;
    this.#jobsRun.push(`${action.deployment} ${action.job}`);
    this.time.after(this.random.between(10, 500), () => this.emit({ ...action, kind: "job-ended", failure }));
  }

  check(state: ServiceState): void {
    this.#replicas.check(state.replicas);
    const { replicas, desired } = state.replicas;
    const healthy = replicas.filter(isHealthy).length;
    if (healthy >= desired) this.#settled = true;
    if (this.#settled) this.fewestHealthy = Math.min(this.fewestHealthy, healthy);
    const { deployment } = state;
    if (deployment === null) return;
    const newOnes = replicas.filter(({ generation }) => generation === deployment.to.generation).length;
    if (deployment.phase === "running jobs" && deployment.to.generation !== null && newOnes > 0)
      throw new Error("Replicas are new before the jobs have run.");
    if (new Set(this.#jobsRun).size < this.#jobsRun.length) throw new Error("A job has run twice.");
  }

  /** Throws unless the last deployment is over, and the service is steady with what it says that it runs. */
  checkOver({ replicas, deployment, good }: ServiceState, behaviourOf: (version: string) => Behaviour): void {
    if (deployment === null || isUnderWay(deployment))
      throw new Error(`It does not end: ${deployment?.phase}.`);
    const healthy = replicas.replicas.filter(isHealthy);
    if (healthy.length !== replicas.desired || replicas.replicas.filter(isLive).length !== replicas.desired)
      throw new Error(`${healthy.length} of ${replicas.desired} are healthy in the end.`);
    if (healthy.some((replica) => isOutdated(replica, replicas)))
      throw new Error("An outdated replica is left.");
    const versions = [...new Set(healthy.map(({ version }) => version))];
    if (versions.some((version) => version !== good.version || behaviourOf(version) !== "well"))
      throw new Error(`In the end it runs ${versions.join(" and ")}, and ${good.version} is good.`);
  }
}
