import type { TargetDescription, TargetState, Timeouts } from "./configuration.ts";
import type { Deadlined, Deadlines } from "./deadlines.ts";
import { Counters, type TargetMetrics } from "./metrics.ts";
import { type ConnectionHome, TargetConnection } from "./target-connection.ts";

/** What targets share with the load balancer that they belong to. */
export interface TargetSurroundings {
  readonly deadlines: Deadlines;
  readonly timeouts: Timeouts;
  /** A draining or removed target has no request in flight any more. Told once for each draining. */
  onDrained(group: string, target: string): void;
}

/** The group as its targets see it. */
export interface TargetHome {
  readonly name: string;
  readonly counters: Counters;
  /** How long what is in flight may go on when the target drains, in milliseconds; undefined for ever. */
  readonly deregistrationDelay: number | undefined;
}

/** One registered target with its connections. */
export class Target implements ConnectionHome, Deadlined {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Host and port, for the access log. */
  readonly address: string;
  readonly zone: string | undefined;
  readonly group: TargetHome;
  readonly counters = new Counters();
  state: TargetState;
  outstanding = 0;
  /** When the share of a new target began to grow, on the scale of performance.now(); NaN when it is whole. */
  warmingSince = Number.NaN;
  deadline = Infinity;
  /** The one used last is used next: those at the bottom grow old and are closed. */
  readonly #idle: TargetConnection[] = [];
  readonly #connections = new Set<TargetConnection>();
  readonly #surroundings: TargetSurroundings;
  #toldDrained = false;
  /** What part of a request a warming target is owed. */
  #credit = 0;

  constructor(description: TargetDescription, group: TargetHome, surroundings: TargetSurroundings) {
    this.id = description.id;
    this.host = description.host;
    this.port = description.port;
    this.address = `${description.host}:${description.port}`;
    this.state = description.state;
    this.zone = description.zone;
    this.group = group;
    this.#surroundings = surroundings;
  }

  is({ id, host, port, zone }: TargetDescription): boolean {
    return this.id === id && this.host === host && this.port === port && this.zone === zone;
  }

  /** Begins a request. @param fresh whether an idle connection will not do. */
  take(fresh: boolean): TargetConnection {
    this.outstanding++;
    this.counters.requests++;
    this.group.counters.requests++;
    for (
      let connection = fresh ? undefined : this.#idle.pop();
      connection !== undefined;
      connection = this.#idle.pop()
    ) {
      if (connection.socket.readable && connection.socket.writable) return connection;
    }
    const opened = new TargetConnection(
      this,
      this.#surroundings.timeouts,
      this,
      this.#surroundings.deadlines,
    );
    this.#connections.add(opened);
    return opened;
  }

  /** Ends a request, whatever came of it. */
  finish(): void {
    this.outstanding--;
    this.tellDrained();
  }

  release(connection: TargetConnection): void {
    if (this.state === "draining") connection.socket.destroy();
    else this.#idle.push(connection);
  }

  forget(connection: TargetConnection): void {
    this.#countBytes(connection);
    this.#connections.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  enter(state: TargetState): void {
    const wasDraining = this.state === "draining";
    this.state = state;
    if (state !== "healthy") this.warmingSince = Number.NaN;
    if (state !== "draining") {
      this.#toldDrained = false;
      if (wasDraining) this.#stopWatching();
      return;
    }
    this.closeIdle();
    const delay = this.group.deregistrationDelay;
    if (delay !== undefined && this.deadline === Infinity && this.#connections.size > 0) {
      this.deadline = performance.now() + delay;
      this.#surroundings.deadlines.add(this);
    }
    this.tellDrained();
  }

  /** The deregistration delay is over: what is in flight is cut off, WebSockets with it. */
  expire(): void {
    this.#stopWatching();
    for (const connection of this.#connections) connection.cutOff();
  }

  /**
   * Whether a warming target takes part in the choice: after a third of the time, in every third one.
   * Source: "Slow start mode": "linearly increases the number of requests".
   * @param duration of the slow start, in milliseconds.
   */
  admits(now: number, duration: number): boolean {
    if (Number.isNaN(this.warmingSince)) return true;
    const share = (now - this.warmingSince) / duration;
    if (share >= 1) {
      this.warmingSince = Number.NaN;
      return true;
    }
    this.#credit += share;
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.socket.destroy();
  }

  tellDrained(): void {
    if (this.state !== "draining" || this.outstanding > 0 || this.#toldDrained) return;
    this.#toldDrained = true;
    this.#stopWatching();
    this.#surroundings.onDrained(this.group.name, this.id);
  }

  #stopWatching(): void {
    this.deadline = Infinity;
    this.#surroundings.deadlines.delete(this);
  }

  metrics(): TargetMetrics {
    for (const connection of this.#connections) this.#countBytes(connection);
    const connections = this.#connections.size;
    return {
      id: this.id,
      state: this.state,
      active: this.outstanding,
      connections,
      ...this.counters.snapshot(),
    };
  }

  #countBytes(connection: TargetConnection): void {
    const { sent, received } = connection.takeBytes();
    for (const counters of [this.counters, this.group.counters]) {
      counters.bytesSent += sent;
      counters.bytesReceived += received;
    }
  }
}
