import type { Fault } from "../forwarder/messages.ts";

/** What a route of a forwarder joins, as far as faults go by it. */
export interface Link {
  /** The zone that clients are in; null where they are anywhere: the load balancer, and who observes the stores. */
  readonly from: string | null;
  readonly route: string;
  /** The part that it leads to. */
  readonly to: { readonly id: string; readonly zone: string };
}

/** What a fault does to a link. */
export type LinkRule = (link: Link) => Fault | null;

/** The faults of the network between the twin's parts: forwarders ask what holds for each of their routes. */
export class Network {
  readonly #rules = new Map<string, LinkRule>();
  readonly #listeners: (() => Promise<void>)[] = [];
  #onParts = () => {};

  faultOf(link: Link): Fault | null {
    return combined([...this.#rules.values()].flatMap((rule) => rule(link) ?? []));
  }

  /** Returns when the rule is in force everywhere. */
  break(fault: string, rule: LinkRule): Promise<void> {
    this.#rules.set(fault, rule);
    return this.#refresh();
  }

  async heal(fault: string): Promise<void> {
    if (this.#rules.delete(fault)) await this.#refresh();
  }

  /** No rule holds any more. */
  async clear(): Promise<void> {
    if (this.#rules.size === 0) return;
    this.#rules.clear();
    await this.#refresh();
  }

  /** @param listener brings the rules into force. */
  onChange(listener: () => Promise<void>): void {
    this.#listeners.push(listener);
  }

  /** @param listener told when there are other replicas than before. */
  onParts(listener: () => void): void {
    this.#onParts = listener;
  }

  partsChanged(): void {
    this.#onParts();
  }

  async #refresh(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener()));
  }
}

/** Under a drop nothing else is to be noticed, and a refusal leaves nothing to delay; delays add up. */
export function combined(faults: readonly Fault[]): Fault | null {
  const cuts = faults.flatMap((fault) => ("cut" in fault ? fault.cut : []));
  if (cuts.length > 0) return { cut: cuts.includes("drop") ? "drop" : "reset" };
  const delays = faults.flatMap((fault) => ("delayMs" in fault ? fault : []));
  if (delays.length === 0) return null;
  return {
    delayMs: delays.reduce((sum, { delayMs }) => sum + delayMs, 0),
    jitterMs: delays.reduce((sum, { jitterMs = 0 }) => sum + jitterMs, 0),
  };
}
