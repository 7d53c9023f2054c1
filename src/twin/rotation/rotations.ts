import type { ResolvedArchitecture } from "#model/architecture.ts";
import { PlumblineError } from "#model/errors.ts";
import type { Deployments } from "../deployments/deployments.ts";
import type { Parts } from "../parts.ts";
import type { RotationStatus } from "../status.ts";
import { deploymentPolicy } from "../timing.ts";
import type { TwinContext } from "../twin-context.ts";
import { clientsOf, renewClients } from "./clients.ts";
import { StoreRotation } from "./store-rotation.ts";

/** Rotates the credentials of a twin's stores, by hand and when their time has come. */
export class Rotations {
  readonly #context: TwinContext;
  readonly #parts: Parts;
  readonly #deployments: Deployments;
  readonly #stopping = new AbortController();
  readonly #stores = new Map<string, StoreRotation>();

  constructor(context: TwinContext, parts: Parts, deployments: Deployments) {
    this.#context = context;
    this.#parts = parts;
    this.#deployments = deployments;
  }

  /** Goes by the stores and the schedules that there are now. */
  refresh(): void {
    const { architecture } = this.#context;
    for (const [name, rotation] of this.#stores)
      if (this.#parts.stores.every((store) => store.name !== name)) {
        void rotation.end();
        this.#stores.delete(name);
      }
    for (const { name, credentials } of this.#parts.stores) {
      if (credentials === null) continue;
      const everyMs = rotationOf(name, architecture);
      const known = this.#stores.get(name);
      if (known) {
        known.schedule(everyMs);
        continue;
      }
      const { secrets, events } = this.#context;
      const rotation = new StoreRotation({
        store: name,
        credentials,
        everyMs,
        secrets,
        events,
        renewClients: (since) => this.#renewClients(name, since),
      });
      this.#stores.set(name, rotation);
      rotation.start();
    }
  }

  /** Begins to rotate. @throws PlumblineError STORE_NOT_FOUND or ROTATION_UNSUPPORTED */
  begin(store: string): RotationStatus {
    const rotation = this.#stores.get(store);
    if (rotation) return rotation.rotate();
    const isThere = this.#parts.stores.some(({ name }) => name === store);
    throw isThere ? unsupported(store) : notFound(store, [...this.#stores.keys()]);
  }

  get status(): readonly RotationStatus[] {
    return [...this.#stores.values()].map((rotation) => rotation.status());
  }

  /** Begins nothing any more; returns when what was under way is over. */
  async end(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#stores.values()].map((rotation) => rotation.end()));
  }

  async #renewClients(store: string, since: string): Promise<void> {
    const { architecture, profile, events } = this.#context;
    const names = clientsOf(store, architecture);
    const services = this.#parts.services.filter(({ name }) => names.includes(name));
    const deadlines = services.map(({ name }) => {
      const service = architecture.services[name];
      if (!service || service.kind === "job") return 0;
      return service.replicas.max * deploymentPolicy(profile, service, architecture).progressDeadlineMs;
    });
    const patienceMs = Math.max(0, ...deadlines);
    const { signal } = this.#stopping;
    await renewClients(since, { services, deployments: this.#deployments, events, signal, patienceMs });
  }
}

/** How often a store's credentials change by themselves; null where they do not. */
function rotationOf(name: string, { stores, secrets }: ResolvedArchitecture): number | null {
  const store = stores[name];
  const own = store && "rotation" in store ? store.rotation : undefined;
  const held = Object.values(secrets).flatMap(({ of, rotation }) =>
    of === name && rotation ? [rotation] : [],
  );
  const all = own === undefined ? held : [own, ...held];
  return all.length === 0 ? null : Math.min(...all);
}

function unsupported(store: string): PlumblineError {
  return new PlumblineError(
    "ROTATION_UNSUPPORTED",
    `The store ${store} has no credentials.`,
    "Rotate a database or a cache.",
  );
}

function notFound(store: string, names: readonly string[]): PlumblineError {
  return new PlumblineError(
    "STORE_NOT_FOUND",
    `There is no store ${store}.`,
    names.length > 0 ? `Credentials have: ${names.join(", ")}.` : "No store of this twin has credentials.",
  );
}
