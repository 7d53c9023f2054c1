import type { HealthState } from "#control/health.ts";
import { isLive, type ReplicasState } from "#control/replica-state.ts";
import type { Balancer } from "../balancer.ts";
import type { Destination } from "../forwarders.ts";
import type { RunningReplica } from "./replica-process.ts";
import type { ServiceLinks } from "./service-links.ts";

type Target = Parameters<Balancer["setTargets"]>[1][number];

/** What is known of a service's replicas. */
interface Known {
  readonly health: HealthState["targets"];
  readonly state: Pick<ReplicasState, "replicas">;
  readonly processes: ReadonlyMap<string, RunningReplica>;
}

/** Tells those who send requests to a service which replicas it has: the load balancer, and the ways of its callers. */
export class ServiceTraffic {
  readonly #service: string;
  readonly #balancer: Balancer;
  readonly #links: ServiceLinks;

  constructor(service: string, balancer: Balancer, links: ServiceLinks) {
    this.#service = service;
    this.#balancer = balancer;
    this.#links = links;
  }

  /** Returns when callers are led by it. */
  async tell(known: Known): Promise<void> {
    const targets = targetsOf(known);
    this.#balancer.setTargets(
      this.#service,
      targets.map(({ process, ...target }) => ({ ...target, ...process.reach })),
    );
    await this.#links.setReplicas(this.#service, targets.flatMap(destinationOf));
  }

  /** Whether the load balancer will tell when a replica has drained. */
  awaits(id: string): boolean {
    return this.#balancer.holds(this.#service, id);
  }
}

/** A target, and the process behind it. */
interface RunningTarget extends Omit<Target, "host" | "port"> {
  readonly zone: string;
  readonly process: RunningReplica;
}

/**
 * Who is in the target group, and in which state. Who leaves is decided by the replicas' controller: the health's may
 * hear of it only when the step that it is in is over.
 */
function targetsOf({ health, state: { replicas }, processes }: Known): RunningTarget[] {
  return Object.entries(health).flatMap(([id, { status }]) => {
    const process = processes.get(id);
    const replica = replicas.find((each) => each.id === id);
    if (!process || !replica) return [];
    return [{ id, state: isLive(replica) ? status : "draining", zone: replica.zone, process }];
  });
}

/** Callers go straight to a replica: what is broken on their way there is broken in their zone's forwarder. */
function destinationOf({ id, zone, state, process: { address } }: RunningTarget): Destination[] {
  return state === "initial" ? [] : [{ id, zone, address, drains: state !== "healthy" }];
}
