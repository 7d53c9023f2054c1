/**
 * What holds in a zone. `cut` runs what it has and cannot be reached; `gone` has nothing and starts nothing; in one that
 * is `returning` stores start already, and services wait for them.
 */
export type ZoneState = "open" | "returning" | "cut" | "gone";

type Closed =
  | { readonly zone: string; readonly state: Exclude<ZoneState, "open"> }
  | { readonly node: string };

/** From the best to the worst. */
const STATES: readonly ZoneState[] = ["open", "returning", "cut", "gone"];

/** The zones and nodes that faults keep from being used, for those who start things there. */
export class Places {
  readonly #closed = new Map<string, readonly Closed[]>();
  readonly #listeners = new Set<() => void>();

  /** Closes places for as long as this fault lasts, in place of what it had closed before. */
  close(fault: string, places: readonly Closed[]): void {
    this.#closed.set(fault, places);
    this.#tell();
  }

  open(fault: string): void {
    if (this.#closed.delete(fault)) this.#tell();
  }

  /** The worst that faults have made of a zone. @param except a fault that does not count. */
  zone(name: string, except?: string): ZoneState {
    const states = this.#all(except).flatMap((place) =>
      "zone" in place && place.zone === name ? STATES.indexOf(place.state) : [],
    );
    return STATES[Math.max(0, ...states)] as ZoneState;
  }

  /** Whether a store's node can be reached, and so started and rebuilt. */
  isOpen({ id, zone }: { readonly id: string; readonly zone: string }): boolean {
    const state = this.zone(zone);
    const isClosed = this.#all().some((place) => "node" in place && place.node === id);
    return (state === "open" || state === "returning") && !isClosed;
  }

  /** @returns a function that ends the subscription. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #all(except?: string): readonly Closed[] {
    return [...this.#closed].flatMap(([fault, places]) => (fault === except ? [] : places));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}
