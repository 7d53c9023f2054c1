import type { ResolvedService } from "#model/architecture.ts";
import { expandCommand, serviceVariables } from "../service-environment.ts";
import type { TwinContext } from "../twin-context.ts";
import { ReplicaProcess } from "./replica-process.ts";

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
  readonly #context: TwinContext;
  readonly #listeners: Listeners;
  readonly #processes = new Map<string, ReplicaProcess>();

  constructor(context: TwinContext, listeners: Listeners) {
    this.#context = context;
    this.#listeners = listeners;
  }

  /** The replicas that have a process. */
  get processes(): ReadonlyMap<string, ReplicaProcess> {
    return this.#processes;
  }

  /** Starts a replica in a zone; the listeners are told how that ends. */
  async launch(
    { id, zone }: { readonly id: string; readonly zone: string },
    service: Replicated,
  ): Promise<void> {
    const { architecture, addresses, endpoints, processes, project, events } = this.#context;
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
      const process = new ReplicaProcess(
        processes,
        launch,
        { address, targetHealth: targetHealthOf(service) },
        { started: () => started(id), exited: (reason) => exited(id, reason) },
      );
      this.#processes.set(id, process);
    } catch (error) {
      exited(id, (error as Error).message);
    }
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
