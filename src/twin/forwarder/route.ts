import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Address, Counters, Fault, Route } from "./messages.ts";
import { Relay } from "./relay.ts";
import type { Conditions } from "./relay.ts";

const BACKLOG = 1024;

/** One listener with the connections that came in through it. */
export class RunningRoute {
  readonly listen: Address;
  readonly counters: Counters = { accepted: 0, open: 0, refused: 0, failed: 0, bytesTo: 0, bytesFrom: 0 };
  readonly #server: Server;
  readonly #relays = new Set<Relay>();
  readonly #conditions: Conditions = { cut: false, delayMs: 0, jitterMs: 0 };
  #to: Address | null;
  #refuses = false;

  private constructor(route: Route, server: Server) {
    this.listen = route.listen;
    this.#to = route.to;
    this.#break(route.fault);
    this.#server = server;
    server.on("connection", (client) => this.#accept(client));
  }

  /** Fails with the system's error where it cannot listen. */
  static open(route: Route): Promise<RunningRoute> {
    const { promise, resolve, reject } = Promise.withResolvers<RunningRoute>();
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    const running = new RunningRoute(route, server);
    server.once("error", reject);
    server.listen({ ...route.listen, backlog: BACKLOG, exclusive: true }, () => {
      server.off("error", reject);
      // A failed accept (too many open files) concerns one client, and must not end the others' connections.
      server.on("error", () => void (running.counters.failed += 1));
      resolve(running);
    });
    return promise;
  }

  /** Clients that are sent elsewhere are broken off where they are connected, so that they come again. */
  change({ to, fault }: Route): void {
    const elsewhere = to?.host !== this.#to?.host || to?.port !== this.#to?.port;
    this.#to = to;
    if (elsewhere) this.#resetAll();
    this.#break(fault);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    this.#resetAll();
    await closed;
  }

  #break(fault: Fault | null): void {
    const cut = fault && "cut" in fault ? fault.cut : undefined;
    const delay = fault && "delayMs" in fault ? fault : undefined;
    this.#refuses = cut === "reset";
    this.#conditions.cut = cut === "drop";
    this.#conditions.delayMs = delay?.delayMs ?? 0;
    this.#conditions.jitterMs = delay?.jitterMs ?? 0;
    if (this.#refuses) this.#resetAll();
    else for (const relay of this.#relays) relay.changed();
  }

  #accept(client: Socket): void {
    this.counters.accepted += 1;
    if (this.#refuses || !this.#to) {
      this.counters.refused += 1;
      client.on("error", () => {});
      client.resetAndDestroy();
      return;
    }
    this.counters.open += 1;
    const relay: Relay = new Relay(client, this.#to, this.#conditions, this.counters, () => {
      this.counters.open -= 1;
      this.#relays.delete(relay);
    });
    this.#relays.add(relay);
  }

  #resetAll(): void {
    for (const relay of this.#relays) relay.reset();
  }
}
