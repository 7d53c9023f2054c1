import { createServer, type AddressInfo, type Server } from "node:net";
import { PlumblineError } from "#model/errors.ts";
import { ClientConnection } from "./client-connection.ts";
import type { Action, ListenerConfiguration, Rule, Timeouts } from "./configuration.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Totals } from "./metrics.ts";
import { Router } from "./routing.ts";
import type { TargetGroup } from "./targets.ts";

/** What listeners share with the load balancer that they belong to. */
export interface ListenerSurroundings {
  readonly deadlines: Deadlines;
  readonly totals: Totals;
  timeouts: Timeouts;
  group(name: string): TargetGroup;
}

/** Where a listener listens; the port is the real one, also where 0 was asked for. */
export interface ListenerAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** One address and port with its rules, and the client connections that came in there. */
export class Listener {
  address: ListenerAddress;
  router: Router;
  stopping = false;
  readonly #server: Server;
  readonly #connections = new Set<ClientConnection>();
  readonly #surroundings: ListenerSurroundings;
  readonly #asked: ListenerConfiguration;
  #whenEmpty: (() => void) | undefined;

  constructor(configuration: ListenerConfiguration, surroundings: ListenerSurroundings) {
    this.#asked = configuration;
    this.#surroundings = surroundings;
    this.address = configuration;
    this.router = new Router(configuration.rules, configuration.defaultAction);
    // A client that ends its side is noticed by its connection, which may still have an answer to write.
    this.#server = createServer({ noDelay: true, allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
      surroundings.totals.newConnections++;
      const connection = new ClientConnection(socket, this);
      this.#connections.add(connection);
      surroundings.deadlines.add(connection);
    });
  }

  get totals(): Totals {
    return this.#surroundings.totals;
  }

  get timeouts(): Timeouts {
    return this.#surroundings.timeouts;
  }

  get connections(): number {
    return this.#connections.size;
  }

  group(name: string): TargetGroup {
    return this.#surroundings.group(name);
  }

  /** Whether it listens where `configuration` wants it to. */
  isAt(configuration: ListenerConfiguration): boolean {
    return this.#asked.host === configuration.host && this.#asked.port === configuration.port;
  }

  setRules(rules: readonly Rule[], defaultAction: Action): void {
    this.router = new Router(rules, defaultAction);
  }

  forget(connection: ClientConnection): void {
    this.#connections.delete(connection);
    this.#surroundings.deadlines.delete(connection);
    if (this.#connections.size === 0) this.#whenEmpty?.();
  }

  /** @throws PlumblineError PORT_TAKEN, PORT_FORBIDDEN or ADDRESS_UNAVAILABLE. */
  async open(): Promise<void> {
    const { name, host, port } = this.#asked;
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(error, this.#asked)));
      this.#server.listen({ host, port, backlog: 1024 }, resolve);
    });
    this.#server.removeAllListeners("error");
    // A later error is of one connection that could not be accepted (too many open files): the next may succeed.
    this.#server.on("error", () => {});
    this.address = { name, host, port: (this.#server.address() as AddressInfo).port };
  }

  /**
   * Accepts no more, lets the requests in flight finish and closes.
   * @param deadline in milliseconds, after which what is left is cut off.
   */
  async stop(deadline: number): Promise<void> {
    this.stopping = true;
    this.#server.close();
    for (const connection of this.#connections) connection.stop();
    if (this.#connections.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenEmpty = resolve;
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.socket.destroy();
    }, deadline);
    await promise;
    clearTimeout(timer);
  }
}

function refusal(error: NodeJS.ErrnoException, { name, host, port }: ListenerConfiguration): Error {
  const where = `${host}:${port}`;
  if (error.code === "EADDRINUSE") {
    const remedy = "Stop the program that uses it, or give the listener another port.";
    return new PlumblineError(
      "PORT_TAKEN",
      `The listener ${name} cannot have ${where}: it is in use.`,
      remedy,
      { cause: error },
    );
  }
  if (error.code === "EACCES") {
    const remedy = "Give the listener a port from 1024 on, or run with the right to lower ones.";
    const what = `The listener ${name} may not have ${where}: the port is a privileged one.`;
    return new PlumblineError("PORT_FORBIDDEN", what, remedy, { cause: error });
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    const remedy = "Give the listener an address that this machine has.";
    const what = `The listener ${name} cannot have ${where}: this machine has no such address.`;
    return new PlumblineError("ADDRESS_UNAVAILABLE", what, remedy, { cause: error });
  }
  return error;
}
