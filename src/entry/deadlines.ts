/** Something that has to happen by a time. */
export interface Deadlined {
  /** On the scale of `performance.now()`, in milliseconds; Infinity for none. */
  deadline: number;
  expire(): void;
}

/**
 * One timer for the time-outs of all connections: setting a deadline is an assignment, where a timer of
 * its own would be moved for every packet. Deadlines are met up to one interval late.
 */
export class Deadlines {
  readonly #watched = new Set<Deadlined>();
  readonly #timer: NodeJS.Timeout;

  /** @param interval in milliseconds. */
  constructor(interval: number) {
    this.#timer = setInterval(() => this.#sweep(), interval);
    this.#timer.unref();
  }

  add(watched: Deadlined): void {
    this.#watched.add(watched);
  }

  delete(watched: Deadlined): void {
    this.#watched.delete(watched);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #sweep(): void {
    const now = performance.now();
    for (const watched of this.#watched) {
      if (watched.deadline > now) continue;
      watched.deadline = Infinity;
      watched.expire();
    }
  }
}
