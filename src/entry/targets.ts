import { chooseTarget } from "./balancing.ts";
import type { TargetDescription, TargetState, Timeouts } from "./configuration.ts";
import type { Deadlines } from "./deadlines.ts";
import { Counters, type GroupMetrics, type TargetMetrics } from "./metrics.ts";
import { type ConnectionHome, TargetConnection } from "./target-connection.ts";

/** What targets share with the load balancer that they belong to. */
export interface TargetSurroundings {
  readonly deadlines: Deadlines;
  readonly timeouts: Timeouts;
  /** A draining or removed target has no request in flight any more. Told once for each draining. */
  onDrained(group: string, target: string): void;
}

/** One registered target with its idle connections. */
export class Target implements ConnectionHome {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  readonly group: TargetGroup;
  readonly counters = new Counters();
  state: TargetState;
  outstanding = 0;
  /** The one used last is used next: those at the bottom grow old and are closed. */
  readonly #idle: TargetConnection[] = [];
  readonly #surroundings: TargetSurroundings;
  #toldDrained = false;

  constructor(description: TargetDescription, group: TargetGroup, surroundings: TargetSurroundings) {
    this.id = description.id;
    this.host = description.host;
    this.port = description.port;
    this.state = description.state;
    this.group = group;
    this.#surroundings = surroundings;
  }

  is({ id, host, port }: TargetDescription): boolean {
    return this.id === id && this.host === host && this.port === port;
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
    return new TargetConnection(this, this.#surroundings.timeouts, this, this.#surroundings.deadlines);
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
    const index = this.#idle.indexOf(connection);
    if (index !== -1) this.#idle.splice(index, 1);
  }

  enter(state: TargetState): void {
    this.state = state;
    if (state !== "draining") this.#toldDrained = false;
    else {
      this.closeIdle();
      this.tellDrained();
    }
  }

  closeIdle(): void {
    for (const connection of this.#idle.splice(0)) connection.socket.destroy();
  }

  tellDrained(): void {
    if (this.state !== "draining" || this.outstanding > 0 || this.#toldDrained) return;
    this.#toldDrained = true;
    this.#surroundings.onDrained(this.group.name, this.id);
  }

  metrics(): TargetMetrics {
    return { id: this.id, state: this.state, active: this.outstanding, ...this.counters };
  }
}

/** Targets that do the same work. Told by others which there are and how they fare. */
export class TargetGroup {
  readonly name: string;
  readonly counters = new Counters();
  #targets: readonly Target[] = [];
  #last = -1;
  readonly #surroundings: TargetSurroundings;

  constructor(name: string, surroundings: TargetSurroundings) {
    this.name = name;
    this.#surroundings = surroundings;
  }

  /** The complete list: a target that is missing is deregistered and finishes what it has. */
  setTargets(descriptions: readonly TargetDescription[]): void {
    const before = this.#targets;
    this.#targets = descriptions.map(
      (description) =>
        before.find((target) => target.is(description)) ?? new Target(description, this, this.#surroundings),
    );
    this.#last = this.#targets.indexOf(before[this.#last]!);
    for (const target of before) if (!this.#targets.includes(target)) target.enter("draining");
    for (const [index, target] of this.#targets.entries()) target.enter(descriptions[index]!.state);
  }

  /** @returns undefined when no target may have the request. */
  choose(excluded: readonly Target[] | undefined): Target | undefined {
    const index = chooseTarget(this.#targets, this.#last, excluded);
    if (index === -1) return undefined;
    this.#last = index;
    return this.#targets[index];
  }

  closeIdle(): void {
    for (const target of this.#targets) target.closeIdle();
  }

  metrics(): GroupMetrics {
    const targets = this.#targets.map((target) => target.metrics());
    const active = targets.reduce((sum, target) => sum + target.active, 0);
    return { name: this.name, active, ...this.counters, targets };
  }
}
