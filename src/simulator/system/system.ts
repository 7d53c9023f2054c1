import { healthLoop } from "#control/health.ts";
import { replicationLoop } from "#control/replication.ts";
import { serviceLoop } from "#control/rollout/service.ts";
import { rotationLoop } from "#control/rotation/rotation.ts";
import { scalingLoop } from "#control/scaling/scaling.ts";
import { Kernel } from "../kernel/kernel.ts";
import { streamOf } from "../kernel/random.ts";
import { Clients } from "./clients.ts";
import { type Victims, inject } from "./faults.ts";
import { Network } from "./network.ts";
import { Rotation, type RotationLoop } from "./rotation.ts";
import { type Schedule, healedAt } from "./schedule.ts";
import { Scaler, type ScalingLoop } from "./scaler.ts";
import { type HealthLoop, Service, type ServiceLoop } from "./service.ts";
import { type ReplicationLoop, Store } from "./store.ts";
import { Supervisor } from "./supervisor.ts";
import type { Surroundings } from "./surroundings.ts";
import { Trace } from "./trace.ts";
import { Violation } from "./violation.ts";

/** The controllers of a system: those of the product, or with a bug planted. */
export interface Loops {
  readonly health: HealthLoop;
  readonly service: ServiceLoop;
  readonly scaling: ScalingLoop;
  readonly replication: ReplicationLoop;
  readonly rotation: RotationLoop;
}

export const LOOPS: Loops = {
  health: healthLoop,
  service: serviceLoop,
  scaling: scalingLoop,
  replication: replicationLoop,
  rotation: rotationLoop,
};

/** Within this after the last fault is over, everything is well again; in milliseconds. */
const REPAIR_BOUND_MS = 60_000;
/** How long everything stays well before a run ends. */
const LASTS_MS = 600;
const LOOK_PERIOD_MS = 300;

/**
 * A whole system in virtual time: a supervisor with every controller, a service, a database, a cache, and clients in up to
 * three zones. After every event it is checked that nothing is so that must never be.
 */
export class System {
  readonly trace: Trace;
  readonly kernel = new Kernel();
  readonly service: Service;
  readonly #scaler: Scaler;
  readonly #rotation: Rotation;
  readonly stores: readonly Store[];
  readonly #clients: readonly Clients[];
  readonly #supervisor: Supervisor;
  readonly #lost = new Int32Array(3);
  /** When the last fault is over. */
  readonly #healedAt: number;
  #wellSince: number | null = null;

  constructor(schedule: Schedule, loops: Loops = LOOPS, recording = false) {
    this.#healedAt = healedAt(schedule);
    this.trace = new Trace(recording);
    const stream = (name: string) => streamOf(schedule.seed, name);
    const network = new Network(this.kernel, stream("network"));
    this.#supervisor = new Supervisor(this.kernel, this.trace, stream("supervisor"));
    const around: Surroundings = {
      schedule,
      kernel: this.kernel,
      network,
      supervisor: this.#supervisor,
      trace: this.trace,
      stream,
      isLost: (zone) => (this.#lost[zone] as number) > 0,
    };
    const database = this.#store(around, loops, {
      name: "database",
      durable: true,
      nodes: 1 + schedule.standbys,
      promotes: "in-sync",
    });
    const caches = [schedule.cacheNodes]
      .filter((nodes) => nodes > 0)
      .map((nodes) => {
        const promotes = schedule.cacheFailsOver ? ("least-lag" as const) : ("nobody" as const);
        return this.#store(around, loops, { name: "cache", durable: false, nodes, promotes });
      });
    const all = [database, ...caches];
    this.stores = all.map(({ store }) => store);
    this.#clients = all.map(({ clients }) => clients);
    const hasNeeds = (zone: number): boolean => !schedule.deepChecks || database.clients.canWrite(zone);
    this.service = new Service(around, loops, hasNeeds);
    this.#scaler = new Scaler(around, loops.scaling, this.service);
    this.#rotation = new Rotation(around, loops.rotation, this.service, database.store.data);
    this.service.processes.watchers.push(this.#rotation);
    const victims: Victims = {
      around,
      service: this.service,
      scaler: this.#scaler,
      rotation: this.#rotation,
      stores: this.stores,
      lost: this.#lost,
    };
    for (const fault of schedule.faults) {
      const subject = `${fault.target} for ${fault.forMs} ms`;
      this.kernel.at(fault.atMs, () => {
        this.trace.note(this.kernel.now, "fault", "system", fault.kind, subject);
        inject(victims, fault);
      });
    }
  }

  /** Runs until everything has been well for a while after the last fault. Throws what must never be. */
  run(): void {
    this.service.loop.feed({ kind: "tick" });
    for (const store of this.stores) store.loop.feed({ kind: "tick" });
    const { kernel } = this;
    kernel.at(this.#healedAt, () => kernel.every(LOOK_PERIOD_MS, () => this.#lookWhetherWell()));
    kernel.run(this.#healedAt + REPAIR_BOUND_MS, () => this.#check());
    if (this.#wellSince === null || kernel.now - this.#wellSince < LASTS_MS)
      throw new Violation("not repaired", `A minute after the last fault: ${this.complaint()}.`);
  }

  /** What is not as it should be; null when everything is well. */
  complaint(): string | null {
    if (!this.#supervisor.isUp) return "the supervisor does not run";
    for (const part of [this.service, this.#scaler, this.#rotation, ...this.stores, ...this.#clients]) {
      const complaint = part.complaint();
      if (complaint !== null) return complaint;
    }
    return null;
  }

  #store(around: Surroundings, loops: Loops, options: ConstructorParameters<typeof Store>[2]) {
    const store: Store = new Store(around, loops.replication, options, (node) => clients.pointWriter(node));
    const { network, supervisor, schedule } = around;
    const isDisturbed = (): boolean => !network.isWell || !supervisor.isWell || schedule.lostCommands > 0;
    const clients = new Clients(around, store.data, isDisturbed);
    return { store, clients };
  }

  #check(): void {
    for (const store of this.stores) store.check();
  }

  #lookWhetherWell(): void {
    if (this.complaint() !== null) {
      this.#wellSince = null;
      return;
    }
    this.#wellSince ??= this.kernel.now;
    if (this.kernel.now - this.#wellSince >= LASTS_MS) this.kernel.stop();
  }
}
