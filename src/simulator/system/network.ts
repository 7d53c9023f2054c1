import type { Kernel } from "../kernel/kernel.ts";
import type { RandomStream } from "../kernel/random.ts";

/** Where something is: the number of a zone, or `SUPERVISOR`. */
export type Place = number;

/** The place of the supervisor and of the load balancer, outside all zones. */
export const SUPERVISOR: Place = 3;
const PLACES = 4;

/** Zones, and what passes between them. */
export class Network {
  readonly kernel: Kernel;
  readonly random: RandomStream;
  /** How many faults part two places, by their numbers. */
  readonly #cuts = new Int32Array(PLACES * PLACES);
  readonly #slowMs = new Int32Array(PLACES);
  readonly #links: Link[] = [];
  /** How many faults there are in it at present. */
  #faults = 0;

  constructor(kernel: Kernel, random: RandomStream) {
    this.kernel = kernel;
    this.random = random;
  }

  get isWell(): boolean {
    return this.#faults === 0;
  }

  reaches(from: Place, to: Place): boolean {
    return from === to || this.#cuts[from * PLACES + to] === 0;
  }

  /** How long a message takes, in milliseconds. */
  delay(from: Place, to: Place): number {
    const slowest = Math.max(this.#slowMs[from] as number, this.#slowMs[to] as number);
    return this.random.between(0, 10) + (slowest > 0 ? this.random.between(0, slowest) : 0);
  }

  /** Parts two places until it is called with the opposite. */
  part(one: Place, other: Place, parted: boolean): void {
    const by = parted ? 1 : -1;
    this.#faults += by;
    this.#cuts[one * PLACES + other] = (this.#cuts[one * PLACES + other] as number) + by;
    this.#cuts[other * PLACES + one] = (this.#cuts[other * PLACES + one] as number) + by;
    if (!parted) for (const link of this.#links) link.deliverKept();
  }

  slowDown(place: Place, byMs: number): void {
    this.#slowMs[place] = (this.#slowMs[place] as number) + byMs;
    this.#faults += Math.sign(byMs);
  }

  link(from: Place, to: Place, crossesCuts = false): Link {
    const link = new Link(this, from, to, crossesCuts);
    this.#links.push(link);
    return link;
  }
}

/**
 * Messages from one place to another that arrive in the order in which they were sent. Where nothing passes they wait, as
 * a connection that sends again does.
 */
export class Link {
  readonly #network: Network;
  readonly #from: Place;
  readonly #to: Place;
  readonly #crossesCuts: boolean;
  #lastAt = 0;
  #kept: (() => void)[] = [];

  constructor(network: Network, from: Place, to: Place, crossesCuts: boolean) {
    this.#network = network;
    this.#from = from;
    this.#to = to;
    this.#crossesCuts = crossesCuts;
  }

  send(message: () => void): void {
    const { kernel } = this.#network;
    this.#lastAt = Math.max(this.#lastAt, kernel.now + this.#network.delay(this.#from, this.#to));
    kernel.at(this.#lastAt, () => {
      if (this.#kept.length > 0 || !this.#passes()) this.#kept.push(message);
      else message();
    });
  }

  deliverKept(): void {
    if (this.#kept.length === 0 || !this.#passes()) return;
    const kept = this.#kept;
    this.#kept = [];
    for (const message of kept) message();
  }

  #passes(): boolean {
    return this.#crossesCuts || this.#network.reaches(this.#from, this.#to);
  }
}
