import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { PlumblineError } from "#model/errors.ts";
import type { AccessLog } from "./access-log/access-log.ts";
import { ClientConnection } from "./client-connection.ts";
import type { Limits, ListenerConfiguration, Timeouts } from "./configuration.ts";
import { ConnectionFacts, type Handshake } from "./connection-facts.ts";
import type { Deadlined, Deadlines } from "./deadlines.ts";
import { listenerFacts, type ListenerFacts } from "./forwarded-heads.ts";
import type { Totals } from "./metrics.ts";
import { Router } from "./routing.ts";
import type { Stickiness } from "./stickiness.ts";
import type { TargetGroup } from "./target-group.ts";
import type { TlsFront } from "./tls/tls-front.ts";

/** A client's connection, of whichever protocol. */
export interface ListenerConnection extends Deadlined {
  /** Closes when the requests in flight are answered. */
  stop(): void;
  destroy(): void;
}

/** What listeners share with the load balancer that they belong to. */
export interface ListenerSurroundings {
  readonly deadlines: Deadlines;
  readonly totals: Totals;
  timeouts: Timeouts;
  limits: Limits;
  accessLog: AccessLog | undefined;
  stickiness: Stickiness;
  /** Client connections of all listeners. */
  connections(): number;
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
  readonly #connections = new Set<ListenerConnection>();
  readonly #surroundings: ListenerSurroundings;
  #asked: ListenerConfiguration;
  #facts: ListenerFacts;
  #tls: TlsFront | undefined;
  /** Connections that have not agreed on keys yet, or have not ended. */
  readonly #encrypted = new Set<Socket>();
  #whenEmpty: (() => void) | undefined;

  constructor(configuration: ListenerConfiguration, surroundings: ListenerSurroundings) {
    this.#asked = configuration;
    this.#surroundings = surroundings;
    this.address = configuration;
    this.#facts = listenerFacts(configuration, configuration.tls !== undefined);
    this.router = new Router(configuration.rules, configuration.defaultAction);
    // A client that ends its side is noticed by its connection, which may still have an answer to write.
    const options = { noDelay: true, allowHalfOpen: true, pauseOnConnect: configuration.tls === undefined };
    this.#server = createServer(options, (socket) => this.#accept(socket));
  }

  get totals(): Totals {
    return this.#surroundings.totals;
  }

  get timeouts(): Timeouts {
    return this.#surroundings.timeouts;
  }

  get limits(): Limits {
    return this.#surroundings.limits;
  }

  get accessLog(): AccessLog | undefined {
    return this.#surroundings.accessLog;
  }

  get stickiness(): Stickiness {
    return this.#surroundings.stickiness;
  }

  get zone(): string | undefined {
    return this.#asked.zone;
  }

  get connections(): number {
    return this.#tls === undefined ? this.#connections.size : this.#encrypted.size;
  }

  group(name: string): TargetGroup {
    return this.#surroundings.group(name);
  }

  /** Whether it listens where `configuration` wants it to. */
  isAt(configuration: ListenerConfiguration): boolean {
    const { host, port, tls } = this.#asked;
    // Whether HTTP/2 is offered is settled when the listener opens, and so is whether it speaks TLS at all.
    return (
      host === configuration.host && port === configuration.port && tls?.http2 === configuration.tls?.http2
    );
  }

  /** Takes over everything but where it listens. */
  configure(configuration: ListenerConfiguration): void {
    if (configuration.tls !== undefined) this.#tls?.configure(configuration.tls, configuration.name);
    this.#asked = configuration;
    this.router = new Router(configuration.rules, configuration.defaultAction);
  }

  forget(connection: ListenerConnection): void {
    this.#connections.delete(connection);
    this.#surroundings.deadlines.delete(connection);
    if (this.connections === 0) this.#whenEmpty?.();
  }

  #accept(socket: Socket): void {
    const { totals, limits } = this.#surroundings;
    const isFull =
      this.connections >= (this.#asked.maxConnections ?? Infinity) ||
      this.#surroundings.connections() >= (limits.connections ?? Infinity);
    if (isFull) {
      totals.rejectedConnections++;
      socket.destroy();
      return;
    }
    totals.newConnections++;
    if (this.#tls === undefined) {
      this.#serve(socket, undefined);
      return;
    }
    this.#encrypted.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#encrypted.delete(socket);
      if (this.connections === 0) this.#whenEmpty?.();
    });
    this.#tls.accept(socket);
  }

  #serve(socket: Socket, handshake: Handshake | undefined): void {
    this.#keep(new ClientConnection(socket, this, new ConnectionFacts(socket, this.#facts, handshake)));
  }

  #keep(connection: ListenerConnection): void {
    this.#connections.add(connection);
    this.#surroundings.deadlines.add(connection);
    if (this.stopping) connection.stop();
  }

  /** @throws PlumblineError PORT_TAKEN, PORT_FORBIDDEN or ADDRESS_UNAVAILABLE. */
  async open(): Promise<void> {
    const { name, host, port } = this.#asked;
    await this.#openTls();
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", (error: NodeJS.ErrnoException) => reject(refusal(error, this.#asked)));
      this.#server.listen({ host, port, backlog: 1024 }, resolve);
    });
    this.#server.removeAllListeners("error");
    // A later error is of one connection that could not be accepted (too many open files): the next may succeed.
    this.#server.on("error", () => {});
    this.address = { name, host, port: (this.#server.address() as AddressInfo).port };
    this.#facts = listenerFacts(this.address, this.#asked.tls !== undefined);
  }

  /** Without TLS none of it is loaded: that is a sixth of what the process needs. */
  async #openTls(): Promise<void> {
    const { name, tls } = this.#asked;
    if (tls === undefined) return;
    const { TlsFront } = await import("./tls/tls-front.ts");
    const { Http2Connection } = await import("./http2/http2-connection.ts");
    const { totals, deadlines } = this.#surroundings;
    this.#tls = new TlsFront(tls, name, {
      secured: (socket, handshake) => {
        if (!handshake.http2) this.#serve(socket, handshake);
        else
          this.#keep(
            new Http2Connection(socket, new ConnectionFacts(socket, this.#facts, handshake), this, deadlines),
          );
      },
      failed: () => totals.tlsErrors++,
    });
  }

  /**
   * Accepts no more, lets the requests in flight finish and closes.
   * @param deadline in milliseconds, after which what is left is cut off.
   */
  async stop(deadline: number): Promise<void> {
    this.stopping = true;
    this.#server.close();
    this.#tls?.stop();
    for (const connection of this.#connections) connection.stop();
    if (this.connections === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#whenEmpty = resolve;
    const timer = setTimeout(() => {
      for (const connection of this.#connections) connection.destroy();
      for (const socket of this.#encrypted) socket.destroy();
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
