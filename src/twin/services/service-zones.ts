import type { ReplicasEvent } from "#control/replica-state.ts";
import type { Places } from "../faults/places.ts";

type ZoneEvent = Extract<ReplicasEvent, { kind: "zone" }>;

/**
 * Tells a service's controller in which zones it may place replicas. That a zone is gone is known at once. That one is
 * cut off is known when a replica in it has become unhealthy: others can be placed there no better.
 */
export class ServiceZones {
  readonly #zones: readonly string[];
  readonly #places: Places;
  readonly #feed: (event: ZoneEvent) => void;
  /** Zones that are known to be out of reach. */
  readonly #lost = new Set<string>();
  readonly #unavailable = new Set<string>();
  #unsubscribe = () => {};

  constructor(zones: readonly string[], places: Places, feed: (event: ZoneEvent) => void) {
    this.#zones = zones;
    this.#places = places;
    this.#feed = feed;
  }

  start(): void {
    this.#unsubscribe = this.#places.onChange(() => this.#look());
    this.#look();
  }

  end(): void {
    this.#unsubscribe();
  }

  noticeUnhealthy(zone: string): void {
    if (this.#places.zone(zone) !== "cut") return;
    this.#lost.add(zone);
    this.#look();
  }

  #look(): void {
    for (const zone of this.#zones) {
      const state = this.#places.zone(zone);
      if (state === "open") this.#lost.delete(zone);
      const available = state === "open" || (state === "cut" && !this.#lost.has(zone));
      if (available !== this.#unavailable.has(zone)) continue;
      if (available) this.#unavailable.delete(zone);
      else this.#unavailable.add(zone);
      this.#feed({ kind: "zone", zone, available });
    }
  }
}
