/**
 * What a schedule can do to the system. `target` picks one of what there is at that moment; what lasts, lasts `forMs`.
 * The prefix says of what: a service's replicas, a store's nodes, zones and links, the supervisor, or an operator.
 */
export const FAULTS = [
  /** SIGKILL of a replica. */
  "replica-crash",
  /** SIGSTOP of a replica; half of them continue. */
  "replica-hang",
  /** A replica answers its health checks with an error. */
  "replica-sick",
  /** A replica answers, and often too late. */
  "replica-slow",
  /** Whatever replica starts meanwhile exits at once. */
  "replica-crash-loop",
  /** Replicas that start meanwhile take long; some never get there. */
  "replica-slow-start",
  "node-crash",
  /** SIGSTOP of a store's node. It continues, unless it was killed. */
  "node-hang",
  /** Probes of a node that is well get lost. */
  "node-lost-probes",
  "node-slow-start",
  /** Whatever start of the node comes meanwhile fails. */
  "node-dead-start",
  /** What its standbys would need to follow the primary is gone. */
  "node-lost-log",
  /** All nodes of a store at once. */
  "store-crash",
  /** Everything in a zone is gone, and nothing starts there. */
  "zone-loss",
  /** Nothing passes between a zone and everything else, the supervisor included. */
  "zone-partition",
  /** Nothing passes between a zone and the supervisor; everything else does. */
  "zone-unseen",
  /** A partition that comes and goes within fractions of a second. */
  "zone-flap",
  /** All messages of a zone take longer. */
  "zone-slow",
  /** Nothing passes between two zones. */
  "link-cut",
  /** The supervisor's clock is ahead, and then steps back. */
  "clock-ahead",
  /** The supervisor does not run for a while, and what it is told waits. */
  "supervisor-pause",
  /** As a pause, and afterwards every controller goes on with the state that it had as JSON. */
  "supervisor-restart",
  /** It dies in the middle of carrying out a decision; what is said meanwhile is lost; the next one looks around. */
  "supervisor-crash",
  /** An operator closes a zone for new replicas, and moves those there away. */
  "operator-close-zone",
  /** The nodes of a zone are replaced: its replicas leave, as far as the disruption budget allows. */
  "operator-drain-zone",
  "operator-scale",
  /** A deployment, of a version that is good or bad in one of several ways. */
  "operator-deploy",
  /** The credentials of the database are rotated, and all replicas restarted for it. */
  "operator-rotate",
  /** Another load from now on. */
  "load-change",
  "operator-roll",
  /** The whole service stops, for good. */
  "operator-stop",
] as const;
export type FaultKind = (typeof FAULTS)[number];

export interface Fault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly target: number;
  readonly forMs: number;
}

/**
 * One run, completely: the same schedule gives the same run, event by event. It is flat, so that a failing one can be
 * made shorter field by field, printed and compared.
 */
export interface Schedule {
  /** Of all latencies and chances of the run. */
  readonly seed: number;
  /** 1 to 3. */
  readonly zones: number;
  /** Replicas of the service, 0 to 6. */
  readonly desired: number;
  readonly minimumHealthyPercent: number;
  readonly maximumPercent: number;
  /** Whose arithmetic turns percentages into replicas. */
  readonly rounding: "ecs" | "kubernetes";
  /** How many replicas stay healthy while zones are drained; null where the healthy minimum says. */
  readonly minAvailable: number | null;
  /** By whose rules versions are deployed; ECS's has the circuit breaker. */
  readonly deployments: "ecs" | "kubernetes" | "instance-refresh";
  /** What scales the service by its processors; nothing does with `none`. */
  readonly autoscaler: "none" | "target-tracking" | "steps" | "pods";
  /** 1 where the database has a synchronous standby in another zone, else 0. */
  readonly standbys: number;
  /** Nodes of the cache: 0 is no cache, 1 a single node. */
  readonly cacheNodes: number;
  /** Whether a replica of the cache takes over from its primary. */
  readonly cacheFailsOver: boolean;
  /** Whether a replica answers its health checks only while it reaches the writer of the database. */
  readonly deepChecks: boolean;
  /** Whether processes can be started and killed in a zone that the supervisor's network does not reach. */
  readonly outOfBand: boolean;
  /** How many per cent of the commands to a store's primary get lost on their way. */
  readonly lostCommands: number;
  /** How many per cent of the health checks get lost on their way. */
  readonly lostChecks: number;
  /** In the order of their times. */
  readonly faults: readonly Fault[];
}

/** When the last fault of a schedule is over; a hung process that continues is over too. */
export function healedAt({ faults }: Pick<Schedule, "faults">): number {
  return Math.max(0, ...faults.map(({ atMs, forMs }) => atMs + forMs));
}
