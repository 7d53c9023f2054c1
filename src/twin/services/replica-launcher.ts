import type { ResolvedService } from "#model/architecture.ts";
import { type ServiceUnit, serviceUnit } from "#model/service-unit.ts";
import type { Launch } from "../processes/processes.ts";
import { expandCommand, serviceVariables } from "../service-environment.ts";
import type { TwinContext } from "../twin-context.ts";
import { InstanceProcess } from "./instance-process.ts";
import {
  type ReplicaListeners,
  type ReplicaPlace,
  ReplicaProcess,
  type RunningReplica,
} from "./replica-process.ts";

type Replicated = Exclude<ResolvedService, { kind: "job" }>;

/** Who hears what becomes of the replicas that are launched. */
interface Listeners {
  /** A stop may have come before there was a process to tell. */
  readonly isStarting: (id: string) => boolean;
  readonly started: (id: string) => void;
  readonly exited: (id: string, reason: string) => void;
}

/** Gives the replicas of a service their addresses, variables and processes. */
export class ReplicaLauncher {
  readonly #service: string;
  readonly #context: TwinContext;
  readonly #listeners: Listeners;
  readonly #processes = new Map<string, RunningReplica>();

  constructor(service: string, context: TwinContext, listeners: Listeners) {
    this.#service = service;
    this.#context = context;
    this.#listeners = listeners;
  }

  /** The replicas that have a process. */
  get processes(): ReadonlyMap<string, RunningReplica> {
    return this.#processes;
  }

  /** Starts a replica in a zone; the listeners are told how that ends. */
  async launch(
    { id, zone }: { readonly id: string; readonly zone: string },
    service: Replicated,
  ): Promise<void> {
    const { architecture, addresses, endpoints, project, events } = this.#context;
    const { isStarting, started, exited } = this.#listeners;
    const zoneIndex = architecture.zoneNames.indexOf(zone);
    try {
      const port = service.kind === "web" ? service.port : 0;
      const address = await addresses.acquire("private", zoneIndex, port);
      const isGone = this.#context.places.zone(zone) === "gone";
      if (isGone || !isStarting(id)) {
        addresses.release(address);
        return exited(id, isGone ? `cannot start: ${zone} is gone` : "is not needed any more");
      }
      const env = serviceVariables(service, { zone, address }, endpoints(zone));
      const launch = { role: id, command: expandCommand(service.command, env), cwd: project, env };
      events.record("info", id, `starts in ${zone} at ${address.host}:${address.port}`);
      const unit = serviceUnit(architecture, this.#service, service);
      const process = this.#run(
        { id, zone, unit, launch },
        { address, targetHealth: targetHealthOf(service) },
        { started: () => started(id), exited: (reason) => exited(id, reason) },
      );
      this.#processes.set(id, process);
    } catch (error) {
      exited(id, (error as Error).message);
    }
  }

  #run(
    { id, zone, unit, launch }: { id: string; zone: string; unit: ServiceUnit | null; launch: Launch },
    place: ReplicaPlace,
    listeners: ReplicaListeners,
  ): RunningReplica {
    const { processes, places, events } = this.#context;
    if (!unit) return new ReplicaProcess(processes, launch, place, listeners);
    const instance = {
      unit,
      jobs: this.#jobsOf(unit, zone, launch),
      main: { ...launch, asUnit: true },
      isGone: () => places.zone(zone) === "gone",
      say: (level: "info" | "warning", message: string) => events.record(level, id, message),
    };
    return new InstanceProcess(processes, instance, place, listeners);
  }

  /** They write where the unit's own process does, as in its journal. */
  #jobsOf(
    { startsAfter }: ServiceUnit,
    zone: string,
    { role, cwd }: Launch,
  ): { readonly name: string; readonly launch: Launch }[] {
    const { architecture, endpoints } = this.#context;
    return startsAfter.flatMap((name) => {
      const job = architecture.services[name];
      if (!job) return [];
      const env = serviceVariables(job, { zone }, endpoints(zone));
      return [{ name, launch: { role, command: expandCommand(job.command, env), cwd, env, asUnit: true } }];
    });
  }

  /** Its process is gone: its address is free again. */
  forget(id: string): void {
    const process = this.#processes.get(id);
    if (process) this.#context.addresses.release(process.address);
    this.#processes.delete(id);
  }
}

/** How a service's replicas are probed; null for workers. */
export function targetHealthOf(service: Replicated) {
  return service.kind === "web" ? service.targetHealth : null;
}
