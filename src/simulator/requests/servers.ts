import type { RandomStream } from "../kernel/random.ts";
import type { Balancing, Capacity, ReplicaCondition } from "./traffic.ts";

/** The most servers that one replica has. */
const MOST = 16;

export const UP = 0;
const GONE = 1;
export const SILENT = 2;
const CONDITIONS: Readonly<Record<ReplicaCondition, number>> = { up: UP, gone: GONE, silent: SILENT };

/**
 * Replicas as queues: each has some servers, and whoever comes is served by the one that is free first. With a service
 * time that is known when a request comes, its end is known then too, and no queue has to be kept.
 */
export class Servers {
  /** Requests that were given to a replica and have no answer yet. */
  outstanding = new Int32Array(16);
  condition = new Uint8Array(16);
  stage = new Uint8Array(16);
  #count = 0;
  #servers = new Uint8Array(16);
  #speed = new Float64Array(16);
  /** When each server of each replica is free. */
  #freeAt = new Float64Array(16 * MOST);
  /** All work that a replica was ever given, in milliseconds of its servers. */
  #given = new Float64Array(16);

  add(stage: number, { servers, speed }: Capacity, now: number): number {
    const replica = this.#count++;
    if (replica === this.#servers.length) this.#grow();
    this.stage[replica] = stage;
    this.#servers[replica] = Math.min(MOST, servers);
    this.#speed[replica] = servers > MOST ? (speed * servers) / MOST : speed;
    this.#freeAt.fill(now, replica * MOST, (replica + 1) * MOST);
    return replica;
  }

  /** @returns when a request that comes now will have been worked on. */
  serve(replica: number, work: number, now: number): number {
    const freeAt = this.#freeAt;
    const first = replica * MOST;
    let at = first;
    const end = first + (this.#servers[replica] as number);
    for (let server = first + 1; server < end; server += 1)
      if ((freeAt[server] as number) < (freeAt[at] as number)) at = server;
    const free = freeAt[at] as number;
    const lasts = work / (this.#speed[replica] as number);
    const endsAt = (free > now ? free : now) + lasts;
    freeAt[at] = endsAt;
    this.#given[replica] = (this.#given[replica] as number) + lasts;
    return endsAt;
  }

  setCondition(replica: number, condition: ReplicaCondition, now: number): void {
    if (condition !== "up") {
      // Whoever is gone works no more on what it had.
      this.#given[replica] = (this.#given[replica] as number) - this.#backlog(replica, now);
      this.#freeAt.fill(now, replica * MOST, (replica + 1) * MOST);
    }
    this.condition[replica] = CONDITIONS[condition];
  }

  /** Milliseconds of its vCPUs that a replica has worked. */
  workOf(replica: number, now: number): number {
    return (
      ((this.#given[replica] as number) - this.#backlog(replica, now)) * (this.#speed[replica] as number)
    );
  }

  #backlog(replica: number, now: number): number {
    let backlog = 0;
    const first = replica * MOST;
    for (let server = first; server < first + (this.#servers[replica] as number); server += 1)
      backlog += Math.max(0, (this.#freeAt[server] as number) - now);
    return backlog;
  }

  #grow(): void {
    const length = 2 * this.#servers.length;
    this.outstanding = longer(this.outstanding, new Int32Array(length));
    this.condition = longer(this.condition, new Uint8Array(length));
    this.stage = longer(this.stage, new Uint8Array(length));
    this.#servers = longer(this.#servers, new Uint8Array(length));
    this.#speed = longer(this.#speed, new Float64Array(length));
    this.#freeAt = longer(this.#freeAt, new Float64Array(length * MOST));
    this.#given = longer(this.#given, new Float64Array(length));
  }
}

type Numbers = Int32Array | Uint8Array | Float64Array;

function longer<Kind extends Numbers>(old: Kind, fresh: Kind): Kind {
  fresh.set(old);
  return fresh;
}

/** A target group: whom the next request goes to. */
export class Targets {
  readonly #balancing: Balancing;
  readonly #random: RandomStream;
  #targets = new Int32Array(0);
  #last = -1;

  constructor(balancing: Balancing, random: RandomStream) {
    this.#balancing = balancing;
    this.#random = random;
  }

  /** The one chosen last keeps its turn, if it stays. */
  set(replicas: readonly number[]): void {
    const last = this.#targets[this.#last];
    this.#targets = Int32Array.from(replicas);
    this.#last = last === undefined ? -1 : this.#targets.indexOf(last);
  }

  /**
   * The same rule as the load balancer's own: of those with the least outstanding requests the next behind the one chosen
   * last. @param refused one that has just refused. @returns -1 where there is none.
   */
  choose(outstanding: Int32Array, refused: number): number {
    const targets = this.#targets;
    const count = targets.length;
    if (count === 0) return -1;
    if (this.#balancing === "random" && refused === -1)
      return targets[(this.#random.next() * count) | 0] as number;
    const isLeast = this.#balancing === "least-outstanding-requests";
    let index = this.#last;
    let chosen = -1;
    let least = Infinity;
    for (let step = 0; step < count; step += 1) {
      index = index + 1 >= count ? 0 : index + 1;
      const target = targets[index] as number;
      if (target === refused) continue;
      const has = outstanding[target] as number;
      if (has >= least) continue;
      chosen = index;
      least = has;
      // Nobody has less, and whoever takes turns takes the next.
      if (has === 0 || !isLeast) break;
    }
    if (chosen === -1) return -1;
    this.#last = chosen;
    return targets[chosen] as number;
  }
}
