import { PlumblineError } from "#model/errors.ts";
import type { Parts } from "../parts.ts";
import type { ServiceKeeper } from "../services/service-keeper.ts";
import type { StoreNode } from "../stores/replicated-store.ts";
import type { StoreKeeper } from "../stores/store-keeper.ts";

/** What a fault is to befall. */
export type FaultTarget =
  | { readonly kind: "replica"; readonly service: ServiceKeeper; readonly id: string }
  | { readonly kind: "service"; readonly service: ServiceKeeper }
  | { readonly kind: "store"; readonly store: StoreKeeper }
  | { readonly kind: "node"; readonly store: StoreKeeper; readonly node: StoreNode }
  | { readonly kind: "zone"; readonly zone: string }
  | { readonly kind: "region" };

export const REGION = "region";

/**
 * The part that a name means: as `status` shows it, or a service for one of its replicas.
 * @throws PlumblineError FAULT_PART_UNKNOWN with what there is, or FAULT_PART_DOWN.
 */
export function faultTarget(name: string, parts: Parts, zones: readonly string[]): FaultTarget {
  if (name === REGION) return { kind: "region" };
  if (zones.includes(name)) return { kind: "zone", zone: name };
  for (const service of parts.services) {
    if (service.name === name) return { kind: "service", service };
    if (service.processes.has(name)) return { kind: "replica", service, id: name };
  }
  for (const store of parts.stores) {
    if (store.name === name) return { kind: "store", store };
    const node = store.nodes.find(({ id }) => id === name);
    if (node) return { kind: "node", store, node };
  }
  const replicas = parts.services.flatMap((service) => [...service.processes.keys()]);
  const stores = parts.stores.flatMap((store) => [store.name, ...store.nodes.map(({ id }) => id)]);
  throw new PlumblineError(
    "FAULT_PART_UNKNOWN",
    `There is no part ${name} to break.`,
    `There are: ${[...replicas, ...stores, ...zones, REGION].join(", ")}.`,
  );
}

/** A replica of a service that is healthy, where one is. */
export function steadiest(service: ServiceKeeper): string {
  const running = service.status().replicas.filter(({ id }) => service.processes.has(id));
  const chosen = running.find(({ state }) => state === "healthy") ?? running[0];
  if (chosen) return chosen.id;
  throw partDown(service.name, "has no replica that runs");
}

export function partDown(part: string, why: string): PlumblineError {
  return new PlumblineError(
    "FAULT_PART_DOWN",
    `${part} ${why}.`,
    "There is nothing to break; `plumbline status` shows what runs.",
  );
}

/** @param instead what can be done to it. */
export function unsuitable(part: string, how: string, why: string, instead: string): PlumblineError {
  return new PlumblineError("FAULT_UNSUITABLE", `${part} cannot be made to ${how}: ${why}.`, instead);
}
