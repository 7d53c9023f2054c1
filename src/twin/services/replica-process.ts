import type { ChildProcess } from "node:child_process";
import type { ResolvedService } from "#model/architecture.ts";
import type { Address } from "../addresses.ts";
import { type Launch, type Processes, signalGroup } from "../processes/processes.ts";

type TargetHealth = Extract<ResolvedService, { kind: "web" }>["targetHealth"];

/** Where a replica listens, and how it is probed. */
export interface ReplicaPlace {
  readonly address: Address;
  /** A program answers at the path that it was written for. Null for a worker. */
  readonly targetHealth: TargetHealth | null;
}

/** Who hears what becomes of a replica. */
export interface ReplicaListeners {
  /** Its process is there, for the first time. */
  readonly started: () => void;
  /** It is gone: nothing of it runs, and nothing of it will. */
  readonly exited: (reason: string) => void;
}

/** What runs for a replica. */
export interface RunningReplica {
  readonly address: Address;
  /** Where the load balancer and health checks reach it: elsewhere while a fault of the network is between them. */
  reach: Address;
  targetHealth: TargetHealth | null;
  /** When the process that it has now was started; null while it has none. */
  readonly startedAt: string | null;
  readonly pid: number | null;
  /** Settles when the replica is gone, or could not be started. */
  readonly ended: Promise<void>;
  /** Settles when the process that it has now has ended; what a replica starts in its place is another one. */
  readonly processEnded: Promise<void>;
  /** Asks it to end, for good. */
  stop(): void;
  /** To its process, and to all that this has started. */
  signal(name: NodeJS.Signals): void;
}

/** A replica that is one process, such as a task or a pod: it is gone when the process is. */
export class ReplicaProcess implements RunningReplica {
  readonly address: Address;
  reach: Address;
  targetHealth: TargetHealth | null;
  readonly startedAt = new Date().toISOString();
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  constructor(
    processes: Processes,
    launch: Launch,
    { address, targetHealth }: ReplicaPlace,
    listeners: ReplicaListeners,
  ) {
    this.address = address;
    this.reach = address;
    this.targetHealth = targetHealth;
    this.#child = processes.start(launch);
    const ended = Promise.withResolvers<void>();
    this.ended = ended.promise;
    this.#child.once("spawn", listeners.started);
    this.#child.once("error", (error) => {
      ended.resolve();
      listeners.exited(`could not be started: ${error.message}`);
    });
    this.#child.once("exit", (code, signal) => {
      // What it has forked ends with it, as everything in a container does.
      signalGroup(this.#child, "SIGKILL");
      ended.resolve();
      listeners.exited(endInWords({ code, signal }));
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get processEnded(): Promise<void> {
    return this.ended;
  }

  stop(): void {
    this.signal("SIGTERM");
  }

  signal(name: NodeJS.Signals): void {
    signalGroup(this.#child, name);
  }
}

export function endInWords({ code, signal }: { code: number | null; signal: string | null }): string {
  return signal === null ? `ended with code ${code}` : `ended by ${signal}`;
}
