import { availableParallelism, totalmem } from "node:os";
import type { Balancer } from "./balancer.ts";
import { type Budget, fitToMachine, roomFor } from "./budget.ts";
import { secretText } from "./secret-text.ts";
import type { Endpoints } from "./service-environment.ts";
import { ServiceKeeper } from "./services/service-keeper.ts";
import type { StoreConnection } from "./status.ts";
import type { StoreKeeper } from "./stores/store-keeper.ts";
import { keepStore } from "./stores/stores.ts";
import type { TwinContext } from "./twin-context.ts";

/** The stores and the replicated services that a twin runs now; which ones changes while it runs. */
export class Parts {
  readonly #context: TwinContext;
  readonly #balancer: Balancer;
  readonly #stores = new Map<string, StoreKeeper>();
  readonly #services = new Map<string, ServiceKeeper>();

  constructor(context: TwinContext, balancer: Balancer) {
    this.#context = context;
    this.#balancer = balancer;
  }

  get stores(): readonly StoreKeeper[] {
    return [...this.#stores.values()];
  }

  get services(): readonly ServiceKeeper[] {
    return [...this.#services.values()];
  }

  service(name: string): ServiceKeeper | undefined {
    return this.#services.get(name);
  }

  /** What fits this machine of the architecture that is wanted. */
  get budget(): Budget {
    return fitToMachine(this.#context.architecture, this.#machine);
  }

  /** The most replicas of a service that fit this machine beside those of the others. */
  roomFor(name: string): number {
    const counts = Object.fromEntries(this.services.map((each) => [each.name, each.replicas.desired]));
    return roomFor(name, counts, this.#context.architecture, this.#machine);
  }

  get #machine() {
    return { processors: availableParallelism(), memory: totalmem() };
  }

  /** What is not as it should be yet: services with too few or too old replicas, stores without their standby. */
  get unsettled(): readonly string[] {
    return [...this.services, ...this.stores].filter(({ isSettled }) => !isSettled).map(({ name }) => name);
  }

  /** What runs though the architecture has it no more. */
  get superfluous(): {
    readonly services: readonly ServiceKeeper[];
    readonly stores: readonly StoreKeeper[];
  } {
    const { services, stores } = this.#context.architecture;
    return {
      services: this.services.filter(({ name }) => !services[name]),
      stores: this.stores.filter(({ name }) => !stores[name]),
    };
  }

  /** Prepares stores of the architecture; they are still to be started. */
  addStores(names: readonly string[]): StoreKeeper[] {
    return names.flatMap((name) => {
      const store = this.#context.architecture.stores[name];
      if (!store) return [];
      const keeper = keepStore(name, store, this.#context);
      this.#stores.set(name, keeper);
      return [keeper];
    });
  }

  /** Prepares services of the architecture, as far as they have replicas; they are still to be started. */
  addServices(names: readonly string[]): ServiceKeeper[] {
    const { replicas } = this.budget;
    return names.flatMap((name) => {
      const service = this.#context.architecture.services[name];
      const desired = replicas[name];
      if (!service || service.kind === "job" || desired === undefined) return [];
      const keeper = new ServiceKeeper(name, service, desired, this.#context, this.#balancer);
      this.#services.set(name, keeper);
      return [keeper];
    });
  }

  /** Drains and stops services, then stores, and forgets them; the data of stores stays. */
  async remove(services: readonly ServiceKeeper[], stores: readonly StoreKeeper[]): Promise<void> {
    await Promise.all(services.map((service) => service.stop()));
    for (const { name } of services) this.#services.delete(name);
    await Promise.all(stores.map((store) => store.stop()));
    for (const { name } of stores) this.#stores.delete(name);
  }

  /** Where things are reached from a zone. */
  endpoints(zone: string): Endpoints {
    const { links, architecture } = this.#context;
    const urls = this.#urls(zone);
    const texts = Object.entries(architecture.secrets).map(([name, secret]) => {
      const url = secret.of === undefined ? undefined : urls[secret.of]?.writer;
      // Of a store that nothing stands in for there is nothing to tell.
      if (url === undefined && this.#isAbsent(secret.of, zone)) return [name, "{}"];
      return [name, secretText(secret.holds, url, () => this.#context.secrets.password(name))];
    });
    return { stores: urls, services: links.urls(zone), secrets: Object.fromEntries(texts) };
  }

  /** The stores as the first zone reaches them that is not broken. */
  connections(): readonly StoreConnection[] {
    const { architecture, places } = this.#context;
    const { zoneNames, stores } = architecture;
    const zone = zoneNames.find((each) => places.zone(each) === "open") ?? (zoneNames[0] as string);
    return Object.entries(this.#urls(zone)).flatMap(([name, urls]) => {
      const store = stores[name];
      return store ? [{ name, kind: store.kind, ...urls }] : [];
    });
  }

  /** Of the stores that have addresses: one that is only about to start has none yet. */
  #urls(zone: string): Record<string, { readonly writer: string; readonly reader: string }> {
    const started = this.stores.filter((store) => store.status() !== null);
    return Object.fromEntries(
      started.flatMap((store) => {
        const urls = store.urls(zone);
        return urls === null ? [] : [[store.name, urls]];
      }),
    );
  }

  #isAbsent(name: string | undefined, zone: string): boolean {
    const store = this.stores.find((each) => each.name === name);
    return store !== undefined && store.status() !== null && store.urls(zone) === null;
  }
}
