import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import type { Address, Counters, Route } from "./messages.ts";
import { RunningWay } from "./way.ts";

const BACKLOG = 1024;

/** One listener with the connections that came in through it. */
export class RunningRoute {
  readonly listen: Address;
  readonly counters: Counters = { accepted: 0, open: 0, refused: 0, failed: 0, bytesTo: 0, bytesFrom: 0 };
  readonly #server: Server;
  #ways: readonly RunningWay[] = [];
  /** Whose turn it is. */
  #turn = 0;

  private constructor(route: Route, server: Server) {
    this.listen = route.listen;
    this.change(route);
    this.#server = server;
    server.on("connection", (client) => void this.#accept(client));
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

  /** Clients of a way that is gone are broken off where they are connected, so that they come again. */
  change({ to }: Route): void {
    const before = this.#ways;
    this.#ways = to.map((way) => {
      const running = before.find((each) => each.isAt(way.address));
      running?.change(way);
      return running ?? new RunningWay(way, this.counters);
    });
    for (const way of before) if (!this.#ways.includes(way)) way.resetAll();
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    for (const way of this.#ways) way.resetAll();
    await closed;
  }

  async #accept(client: Socket): Promise<void> {
    this.counters.accepted += 1;
    const ways = this.#inTurn();
    const [only] = ways;
    if (only && ways.length === 1) return only.carry(client);
    client.on("error", () => {});
    for (const way of ways) if (await way.tryToCarry(client)) return;
    this.counters.refused += 1;
    client.resetAndDestroy();
  }

  /** The ways that a new connection may go, beginning with the next one. */
  #inTurn(): readonly RunningWay[] {
    const ways = this.#ways.filter(({ takes }) => takes);
    const first = this.#turn++ % Math.max(1, ways.length);
    return [...ways.slice(first), ...ways.slice(0, first)];
  }
}
