import { PlumblineError } from "#model/errors.ts";
import type { Address } from "./addresses.ts";
import type { EventLog } from "./event-log.ts";
import type { Network } from "./faults/network.ts";
import type { Answer, Request, Route } from "./forwarder/messages.ts";
import { KeptProcess } from "./processes/kept-process.ts";
import type { Processes } from "./processes/processes.ts";

/** A part that a route leads to. */
export interface Destination {
  readonly id: string;
  readonly zone: string;
  readonly address: Address;
  /** It gets no new connections, and keeps those that it has. */
  readonly drains?: boolean;
}

export interface ZoneRoute {
  readonly name: string;
  readonly listen: Address;
  /** Taken in turn; without any, connections are refused. */
  readonly to: readonly Destination[];
  /** Whether its clients are anywhere in the region, and not in the forwarder's zone. */
  readonly regional?: boolean;
}

/**
 * One zone's forwarder process, seen from the supervisor: it is told where its routes lead, and which faults are on
 * them. One that was started again is told all of it again.
 */
export class ZoneForwarder {
  readonly zone: string;
  readonly #process: KeptProcess<Request, Answer>;
  readonly #network: Network;
  readonly #routes = new Map<string, ZoneRoute>();
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #nextId = 1;
  /** The first message that the process that runs now was sent. */
  #firstId = 1;
  #answeredId = 0;

  constructor(zone: string, network: Network, tools: { processes: Processes; events: EventLog }) {
    this.zone = zone;
    this.#network = network;
    this.#process = new KeptProcess(`forwarder-${zone}`, "twin/forwarder/main", tools, {
      onStart: () => {
        this.#firstId = this.#nextId;
        void this.#tell().catch(() => {});
      },
      onMessage: (answer) => this.#heard(answer),
    });
    network.onChange(() => this.#tell());
  }

  start(): void {
    this.#process.start();
  }

  get pid(): number | null {
    return this.#process.pid;
  }

  get hopeless(): Promise<never> {
    return this.#process.hopeless;
  }

  /** Whether it carries its routes now. While it starts again, nothing that does not pass says anything. */
  get carries(): boolean {
    return this.#process.pid !== null && this.#answeredId >= this.#firstId;
  }

  /** Opens a route, or changes where it leads; connections to the old place end. Returns when that is in force. */
  route(route: ZoneRoute): Promise<void> {
    this.#routes.set(route.name, route);
    return this.#tell();
  }

  /** Closes a route, and what is connected through it. */
  async close(name: string): Promise<void> {
    if (this.#routes.delete(name)) await this.#tell();
  }

  /** Ends it at once and for as long as its zone is gone; its routes are in force again after `resume`. */
  async suspend(): Promise<void> {
    await this.#process.suspend();
    for (const { resolve } of this.#waiting.values()) resolve();
    this.#waiting.clear();
  }

  /** Returns when the routes are in force. */
  async resume(): Promise<void> {
    if (this.#process.resume()) await this.#tell();
  }

  stop(deadlineMs: number): Promise<void> {
    return this.#process.stop(deadlineMs);
  }

  /** Nobody waits for one that is suspended: it is told when it starts. */
  #tell(): Promise<void> {
    if (this.#process.isSuspended) return Promise.resolve();
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.set(id, { resolve, reject });
    this.#process.send({ id, kind: "routes", routes: [...this.#routes.values()].map(this.#asRoute) });
    return promise;
  }

  readonly #asRoute = ({ name, listen, to, regional = false }: ZoneRoute): Route => ({
    name,
    listen,
    to: to.map(({ id, zone, address, drains = false }) => ({
      address,
      fault: this.#network.faultOf({ from: regional ? null : this.zone, route: name, to: { id, zone } }),
      drains,
    })),
  });

  #heard(answer: Answer): void {
    this.#answeredId = answer.id;
    // Each message says all routes: the answer to one settles those before it that a killed forwarder never answered.
    const settled = [...this.#waiting].filter(([id]) => id <= answer.id);
    for (const [id, waiting] of settled) {
      this.#waiting.delete(id);
      if (answer.kind === "failed") waiting.reject(this.#failure(answer));
      else waiting.resolve();
    }
  }

  #failure({ code, message }: Extract<Answer, { kind: "failed" }>): PlumblineError {
    const remedy =
      "End what listens there; it may be left from a twin that was killed: `plumbline down` ends it.";
    return new PlumblineError(code, `The forwarder of ${this.zone}: ${message}`, remedy);
  }
}
