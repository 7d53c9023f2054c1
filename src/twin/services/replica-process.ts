import type { ChildProcess } from "node:child_process";
import type { ResolvedService } from "#model/architecture.ts";
import type { Address } from "../addresses.ts";
import { type Processes, signalGroup } from "../processes/processes.ts";

type TargetHealth = Extract<ResolvedService, { kind: "web" }>["targetHealth"];

/** The process of one replica and where it listens. */
export class ReplicaProcess {
  readonly address: Address;
  /** Where the load balancer and health checks reach it: elsewhere while a fault of the network is between them. */
  reach: Address;
  /** How it is probed: a program answers at the path that it was written for. Null for a worker. */
  targetHealth: TargetHealth | null;
  readonly startedAt = new Date().toISOString();
  /** Settles when it has ended, or could not be started. */
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  constructor(
    processes: Processes,
    launch: { role: string; command: readonly string[]; cwd: string; env: Readonly<Record<string, string>> },
    { address, targetHealth }: { readonly address: Address; readonly targetHealth: TargetHealth | null },
    listeners: { started: () => void; exited: (reason: string) => void },
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
      listeners.exited(signal === null ? `ended with code ${code}` : `ended by ${signal}`);
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  signal(name: NodeJS.Signals): void {
    signalGroup(this.#child, name);
  }
}
