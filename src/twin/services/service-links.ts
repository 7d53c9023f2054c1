import type { ResolvedArchitecture } from "#model/architecture.ts";
import type { Address, AddressBook } from "../addresses.ts";
import type { Destination, ZoneForwarder } from "../forwarders.ts";

/** The name of the route from a zone to a service: faults go by it. */
export function linkRoute(service: string): string {
  return `${service}.service`;
}

/**
 * The addresses of services that other services call, one in each zone. They stay; behind each the zone's forwarder leads
 * every new connection to the next healthy replica, in whichever zone, as the nodes of a Kubernetes Service do. A
 * replica that drains keeps the connections that it has, and closes them when it stops.
 */
export class ServiceLinks {
  readonly #zoneNames: readonly string[];
  readonly #addresses: AddressBook;
  readonly #forwarders: readonly ZoneForwarder[];
  /** By service, then by zone. */
  readonly #links = new Map<string, ReadonlyMap<string, Address>>();
  readonly #replicas = new Map<string, readonly Destination[]>();

  constructor(zoneNames: readonly string[], addresses: AddressBook, forwarders: readonly ZoneForwarder[]) {
    this.#zoneNames = zoneNames;
    this.#addresses = addresses;
    this.#forwarders = forwarders;
  }

  /** Opens an address for each service that another one calls, as far as it has none. Returns when they are in force. */
  async open({ services }: Pick<ResolvedArchitecture, "services">): Promise<void> {
    for (const name of calledServices(services)) {
      const service = services[name];
      if (service?.kind !== "web" || this.#links.has(name)) continue;
      const addresses = new Map<string, Address>();
      for (const [index, zone] of this.#zoneNames.entries())
        addresses.set(zone, await this.#addresses.acquire("private", index, service.port));
      this.#links.set(name, addresses);
      await this.#lead(name);
    }
  }

  /** Closes the addresses of services that nobody calls any more. */
  async closeAllBut({ services }: Pick<ResolvedArchitecture, "services">): Promise<void> {
    const called = calledServices(services);
    for (const [name, addresses] of this.#links) {
      if (called.has(name)) continue;
      this.#links.delete(name);
      await Promise.all(this.#forwarders.map((forwarder) => forwarder.close(linkRoute(name))));
      for (const address of addresses.values()) this.#addresses.release(address);
    }
  }

  leadsTo(service: string): boolean {
    return this.#links.has(service);
  }

  /** Where the services are that a caller in a zone may ask. */
  urls(zone: string): Record<string, string> {
    return Object.fromEntries(
      [...this.#links].flatMap(([name, addresses]) => {
        const address = addresses.get(zone);
        return address ? [[name, `http://${address.host}:${address.port}`]] : [];
      }),
    );
  }

  /** Tells which replicas a service has. Returns when callers are led to these. */
  async setReplicas(service: string, replicas: readonly Destination[]): Promise<void> {
    this.#replicas.set(service, replicas);
    await this.#lead(service);
  }

  async #lead(service: string): Promise<void> {
    const addresses = this.#links.get(service);
    if (!addresses) return;
    const to = this.#replicas.get(service) ?? [];
    const told = this.#forwarders.map((forwarder) =>
      forwarder.route({ name: linkRoute(service), listen: addresses.get(forwarder.zone) as Address, to }),
    );
    await Promise.all(told);
  }
}

function calledServices(services: ResolvedArchitecture["services"]): ReadonlySet<string> {
  return new Set(Object.values(services).flatMap(({ uses }) => uses.filter((used) => services[used])));
}
