import type { ChildProcess } from "node:child_process";
import { newUnit, type UnitAction, type UnitEvent, unitLoop, type UnitState } from "#control/unit.ts";
import type { ProcessEnd, ServiceUnit } from "#model/service-unit.ts";
import type { Address } from "../addresses.ts";
import { LoopRunner } from "../loop-runner.ts";
import { type Launch, type Processes, signalGroup, UNIT_PATH } from "../processes/processes.ts";
import {
  endInWords,
  type ReplicaListeners,
  type ReplicaPlace,
  type RunningReplica,
} from "./replica-process.ts";

/** The exit code with which systemd says that a program could not be executed (systemd.exec(5), EXIT_EXEC). */
const EXIT_EXEC = 203;

/** What an instance is started with. */
export interface Instance {
  readonly unit: ServiceUnit;
  /** What runs to its end before each start, in this order. */
  readonly jobs: readonly { readonly name: string; readonly launch: Launch }[];
  readonly main: Launch;
  /** Whether the place that it is in is gone, and the instance with it. */
  readonly isGone: () => boolean;
  readonly say: (level: "info" | "warning", message: string) => void;
}

/**
 * An instance of an Auto Scaling group, as its service's unit keeps it: what ends is started again in place, at the same
 * address, and the instance is gone only when it is stopped or its zone is.
 */
export class InstanceProcess implements RunningReplica {
  readonly address: Address;
  reach: Address;
  targetHealth: RunningReplica["targetHealth"];
  readonly ended: Promise<void>;
  readonly #processes: Processes;
  readonly #instance: Instance;
  readonly #listeners: ReplicaListeners;
  readonly #loop: LoopRunner<UnitState, UnitEvent, UnitAction>;
  readonly #gone = Promise.withResolvers<void>();
  #child: ChildProcess | null = null;
  #startedAt: string | null = null;
  #processEnded: Promise<void> = Promise.resolve();
  #hasStarted = false;

  constructor(processes: Processes, instance: Instance, place: ReplicaPlace, listeners: ReplicaListeners) {
    this.address = place.address;
    this.reach = place.address;
    this.targetHealth = place.targetHealth;
    this.ended = this.#gone.promise;
    this.#processes = processes;
    this.#instance = instance;
    this.#listeners = listeners;
    this.#loop = new LoopRunner(unitLoop, newUnit(instance.unit), (action) => this.#perform(action));
    this.#loop.feed({ kind: "start" });
  }

  get pid(): number | null {
    return this.#child?.pid ?? null;
  }

  get startedAt(): string | null {
    return this.#child && this.#startedAt;
  }

  get processEnded(): Promise<void> {
    return this.#processEnded;
  }

  stop(): void {
    this.#loop.feed({ kind: "stop" });
  }

  signal(name: NodeJS.Signals): void {
    if (this.#child) signalGroup(this.#child, name);
    else if (name === "SIGKILL" && this.#instance.isGone()) this.#lost();
  }

  #perform(action: UnitAction): void {
    const { unit, isGone, say } = this.#instance;
    switch (action.kind) {
      case "launch":
        if (isGone()) return this.#lost();
        return void this.#launch().catch((error: Error) => this.#leave(error.message));
      case "terminate":
        return this.signal("SIGTERM");
      case "given-up":
        return say(
          "warning",
          action.why === null
            ? `ended well, and Restart=${unit.restart} leaves it at that`
            : `${action.why}: its unit has failed`,
        );
      case "gone":
        return this.#leave("has stopped");
    }
  }

  /** The jobs, then the main process; the first of them that fails is the end of the attempt. */
  async #launch(): Promise<void> {
    const { jobs, main, unit } = this.#instance;
    const deadline = performance.now() + unit.startTimeoutMs;
    for (const { name, launch } of jobs) {
      const end = await this.#run(launch, deadline - performance.now());
      if (end.code !== 0) return this.#over(`its job ${name} ${endInWords(end)}`, end);
      // A stop that came between two processes had none to tell.
      if (this.#loop.state.phase === "stopping") return this.#over("was stopped", end);
    }
    const end = await this.#run(main, null, () => {
      if (!this.#hasStarted) this.#listeners.started();
      this.#hasStarted = true;
    });
    this.#over(`its main process ${endInWords(end)}`, end);
  }

  /** Returns when the process, and all that it has started, has ended. */
  async #run(launch: Launch, withinMs: number | null, onSpawn = () => {}): Promise<ProcessEnd> {
    const child = this.#processes.start(launch);
    this.#child = child;
    this.#startedAt = new Date().toISOString();
    const timer = withinMs === null ? undefined : setTimeout(() => signalGroup(child, "SIGKILL"), withinMs);
    const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
    this.#processEnded = promise.then(() => {});
    child.once("spawn", onSpawn);
    child.once("error", (error) => {
      const { say } = this.#instance;
      say(
        "warning",
        `could not be started: ${error.message}; a unit's programs are looked for in ${UNIT_PATH}`,
      );
      resolve({ code: EXIT_EXEC, signal: null });
    });
    child.once("exit", (code, signal) => resolve({ code, signal }));
    const end = await promise;
    clearTimeout(timer);
    // KillMode=control-group, and the end of a container: what it has forked ends with it.
    signalGroup(child, "SIGKILL");
    this.#child = null;
    return end;
  }

  #over(what: string, end: ProcessEnd): void {
    const { isGone, say, unit } = this.#instance;
    if (isGone()) return this.#lost();
    this.#loop.feed({ kind: "ended", end });
    if (this.#loop.state.phase === "auto-restart")
      say("warning", `${what}; its unit starts it again in ${unit.restartDelayMs / 1000} s`);
  }

  #lost(): void {
    this.#leave("its zone is gone");
  }

  #leave(reason: string): void {
    this.#loop.end();
    this.#gone.resolve();
    this.#listeners.exited(reason);
  }
}
