/** What requests go through, and what can be done to it: the same for each request and for the aggregate of them. */
import type { Outcomes } from "./outcomes.ts";
import type { Times } from "./times.ts";

/** Whom a target group gives the next request. `random` is what kube-proxy does. */
export type Balancing = "least-outstanding-requests" | "round-robin" | "random";

/** One service that every request passes through. */
export interface Stage {
  readonly service: string;
  /** Processor time of one vCPU. */
  readonly cpu: Times;
  /** What a request waits besides: for stores and the network. */
  readonly wait: Times;
  readonly balancing: Balancing;
}

export interface TrafficSettings {
  /** In the order in which a request comes to them; the first is behind the load balancer. */
  readonly stages: readonly Stage[];
  /** When a client gives up, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether whoever is refused a connection asks another target: ours does, AWS's does not. */
  readonly retriesRefused: boolean;
  /** The width in which outcomes are kept, in milliseconds. */
  readonly bucketMs: number;
}

/** How many requests a replica works on at a time, and how fast: 2 vCPU are two at full speed, a half is one at half. */
export interface Capacity {
  readonly servers: number;
  readonly speed: number;
}

export function capacityOf(vCpus: number): Capacity {
  const servers = Math.max(1, Math.floor(vCpus));
  return { servers, speed: vCpus / servers };
}

/**
 * `up` answers; `gone` refuses connections, and what it had has failed; `silent` takes requests and never answers.
 */
export type ReplicaCondition = "up" | "gone" | "silent";

/**
 * What the stores of a stage do to its requests. `fails`: after some time each request fails, unless the store is back
 * by then. `degraded`: each takes longer by some time.
 */
export type StoreCondition =
  | { readonly kind: "up" }
  | { readonly kind: "fails"; readonly afterMs: number }
  | { readonly kind: "degraded"; readonly byMs: number };

/** Times are in milliseconds of the kernel's clock, and never go back. */
export interface Traffic {
  readonly outcomes: Outcomes;
  /** All that ever came. */
  readonly arrived: number;
  /** Lets everything happen up to a time. */
  advance(until: number): void;
  /** Requests a second from now on. */
  setRate(perSecond: number): void;
  /** @returns its number, by which everything else names it. */
  addReplica(stage: number, capacity: Capacity): number;
  setCondition(replica: number, condition: ReplicaCondition): void;
  /** The targets that a stage's requests go to, in the order of their registration. */
  setTargets(stage: number, replicas: readonly number[]): void;
  setStore(stage: number, condition: StoreCondition): void;
  /** A share of all requests meets a load balancer node that is gone; from `from` to `until` it becomes none. */
  loseEntry(share: number, from: number, until: number): void;
  /** How many milliseconds of its vCPUs a replica has worked. */
  workOf(replica: number): number;
  /** Requests that it has and has not answered. */
  outstandingOf(replica: number): number;
  /** Counts from now on, as at a fault. */
  restart(): void;
  /** To be called when everything is over: outcomes are complete then. */
  finish(): void;
}
