import { Socket } from "node:net";
import type { Address, Counters, Fault, Way } from "./messages.ts";
import type { Conditions } from "./relay.ts";
import { Relay } from "./relay.ts";

/** A place that a route leads to, with the connections that were carried there. */
export class RunningWay {
  readonly address: Address;
  readonly #counters: Counters;
  readonly #relays = new Set<Relay>();
  readonly #conditions: Conditions = { cut: false, delayMs: 0, jitterMs: 0 };
  #refuses = false;
  #drains = false;

  constructor(way: Way, counters: Counters) {
    this.address = way.address;
    this.#counters = counters;
    this.change(way);
  }

  isAt({ host, port }: Address): boolean {
    return this.address.host === host && this.address.port === port;
  }

  /** Whether it may get a new connection. */
  get takes(): boolean {
    return !this.#refuses && !this.#drains;
  }

  change({ fault, drains = false }: Way): void {
    this.#drains = drains;
    this.#break(fault);
  }

  /** Carries a client's connection there. */
  carry(client: Socket, to: Address | Socket = this.address): void {
    this.#counters.open += 1;
    const relay: Relay = new Relay(client, to, this.#conditions, this.#counters, () => {
      this.#counters.open -= 1;
      this.#relays.delete(relay);
    });
    this.#relays.add(relay);
  }

  /**
   * Carries a client's connection there if somebody takes it. Nothing of it was sent when nobody does, so it can go
   * another way.
   * @returns whether it is carried, or the client has left meanwhile.
   */
  async tryToCarry(client: Socket): Promise<boolean> {
    // What is lost in a partition is not known to be lost.
    const target = this.#conditions.cut ? this.address : await connected(this.address);
    if (target === null) {
      this.#counters.failed += 1;
      return false;
    }
    if (!client.destroyed) this.carry(client, target);
    else if (target instanceof Socket) target.destroy();
    return true;
  }

  resetAll(): void {
    for (const relay of this.#relays) relay.reset();
  }

  #break(fault: Fault | null): void {
    const cut = fault && "cut" in fault ? fault.cut : undefined;
    const delay = fault && "delayMs" in fault ? fault : undefined;
    this.#refuses = cut === "reset";
    this.#conditions.cut = cut === "drop";
    this.#conditions.delayMs = delay?.delayMs ?? 0;
    this.#conditions.jitterMs = delay?.jitterMs ?? 0;
    if (this.#refuses) this.resetAll();
    else for (const relay of this.#relays) relay.changed();
  }
}

/** A connection to an address; null where nobody takes it. */
function connected({ host, port }: Address): Promise<Socket | null> {
  const { promise, resolve } = Promise.withResolvers<Socket | null>();
  const socket = new Socket({ allowHalfOpen: true });
  const failed = () => resolve(null);
  socket.setNoDelay(true);
  socket.once("error", failed);
  socket.connect(port, host, () => {
    socket.off("error", failed);
    resolve(socket);
  });
  return promise;
}
