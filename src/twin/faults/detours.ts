import type { Address } from "../addresses.ts";
import type { Parts } from "../parts.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import type { TwinContext } from "../twin-context.ts";

/** The name of the route between the load balancer and a replica, where there is one. */
export function replicaRoute(id: string): string {
  return `${id}.target`;
}

interface Replica {
  readonly id: string;
  readonly zone: string;
  readonly service: ServiceKeeper;
}

/**
 * The load balancer speaks to replicas directly. While a fault of the network is between them, it is sent through a
 * route of the zone's forwarder, and health checks with it; when that has healed, it goes straight again. A route stays
 * until its replica ends: what was sent through it may still be answered.
 */
export class Detours {
  readonly #context: TwinContext;
  readonly #parts: Parts;
  readonly #routes = new Map<string, { readonly zone: string; readonly listen: Address }>();
  #work: Promise<void> = Promise.resolve();

  constructor(context: TwinContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Goes by the faults that hold now, and the replicas that there are. Returns when that is in force. */
  update(): Promise<void> {
    const done = this.#work.then(() => this.#update());
    this.#work = done.catch(() => {});
    return done;
  }

  async #update(): Promise<void> {
    const replicas = this.#replicas();
    for (const id of this.#routes.keys()) if (!replicas.some((each) => each.id === id)) await this.#close(id);
    for (const replica of replicas) await this.#guide(replica);
  }

  async #guide({ id, zone, service }: Replica): Promise<void> {
    const { network } = this.#context;
    const isBroken = network.faultOf({ from: null, route: replicaRoute(id), to: { id, zone } }) !== null;
    const process = service.processes.get(id);
    if (!process) return;
    const reach = isBroken ? await this.#open(id, zone, process.address) : process.address;
    if (process.reach === reach) return;
    process.reach = reach;
    service.refresh();
  }

  async #open(id: string, zone: string, address: Address): Promise<Address> {
    const { addresses, architecture } = this.#context;
    const index = architecture.zoneNames.indexOf(zone);
    const listen = this.#routes.get(id)?.listen ?? (await addresses.acquire("private", index, address.port));
    this.#routes.set(id, { zone, listen });
    const to = [{ id, zone, address }];
    await this.#forwarder(zone)?.route({ name: replicaRoute(id), listen, to, regional: true });
    return listen;
  }

  async #close(id: string): Promise<void> {
    const { zone, listen } = this.#routes.get(id)!;
    this.#routes.delete(id);
    await this.#forwarder(zone)?.close(replicaRoute(id));
    this.#context.addresses.release(listen);
  }

  #forwarder(zone: string) {
    return this.#context.forwarders.find((forwarder) => forwarder.zone === zone);
  }

  /** The replicas that are targets. */
  #replicas(): Replica[] {
    return this.#parts.services.flatMap((service) =>
      service.status().replicas.flatMap(({ id, zone }) => {
        const process = service.processes.get(id);
        return process?.targetHealth ? [{ id, zone, service }] : [];
      }),
    );
  }
}
