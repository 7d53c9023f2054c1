import { EventQueue, type Handler } from "./event-queue.ts";

/**
 * Virtual time: a clock that jumps from one event to the next. Times are in the unit that the simulation chooses
 * (milliseconds for systems of controllers) and start at 0. Events of the same time run in the order in which they
 * were asked for, so that a run is the same each time.
 */
export class Kernel {
  #now = 0;
  #events = 0;
  #stopped = false;
  readonly #queue = new EventQueue();

  get now(): number {
    return this.#now;
  }

  /** How many events have happened. */
  get events(): number {
    return this.#events;
  }

  /** Lets something happen at a time; what is past happens now, after what is already due now. */
  at(time: number, handler: Handler, a = 0, b = 0): void {
    this.#queue.push(time < this.#now ? this.#now : time, handler, a, b);
  }

  after(delay: number, handler: Handler, a = 0, b = 0): void {
    this.#queue.push(this.#now + delay, handler, a, b);
  }

  /** Again and again, the first time after one period. */
  every(period: number, run: () => void): void {
    const again = (): void => {
      run();
      this.after(period, again);
    };
    this.after(period, again);
  }

  /** `run` ends after the event that is happening. */
  stop(): void {
    this.#stopped = true;
  }

  /**
   * Lets everything happen up to and including a time, and calls `afterEach` after each event. Ends early when nothing
   * is left, or when an event says `stop`.
   */
  run(until: number, afterEach?: () => void): void {
    const queue = this.#queue;
    this.#stopped = false;
    while (!this.#stopped) {
      const time = queue.nextTime();
      if (time > until || time === Infinity) break;
      this.#now = time;
      this.#events += 1;
      queue.runNext();
      if (afterEach !== undefined) afterEach();
    }
    // Whoever asks now is at the end of that time, and not at the last event before it.
    if (!this.#stopped && until !== Infinity) this.#now = until;
  }
}
