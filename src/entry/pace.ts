import type { Limits } from "./configuration.ts";

/**
 * How fast one body goes, and until when more of it has to come or to be taken. Whoever sends a byte now and
 * then never meets an idle time-out, and could hold a connection and a target for ever: so each stretch of
 * `patience` has to bring what `minimumRate` asks for. All times are on the scale of performance.now().
 */
export class Pace {
  #stretchFrom = 0;
  #bytes = 0;
  #lastAt = 0;
  #latest = Infinity;

  /** @param latest when the whole has to be over. */
  begin(now: number, latest: number): void {
    this.#latest = latest;
    this.resume(now);
  }

  /** The other side has waited for us, which is not to be held against it. */
  resume(now: number): void {
    this.#stretchFrom = now;
    this.#lastAt = now;
    this.#bytes = 0;
  }

  add(bytes: number, now: number): void {
    this.#bytes += bytes;
    this.#lastAt = now;
  }

  /** @param idle how long nothing may happen, in milliseconds. */
  deadline(idle: number, { minimumRate, patience }: Limits): number {
    const deadline = Math.min(this.#lastAt + idle, this.#latest);
    return minimumRate === 0 ? deadline : Math.min(deadline, this.#stretchFrom + patience);
  }

  /** Whether the deadline was that of a stretch only, and enough has come in it. */
  goesOn(now: number, idle: number, { minimumRate, patience }: Limits): boolean {
    if (now >= this.#latest || now >= this.#lastAt + idle) return false;
    if (minimumRate === 0 || now < this.#stretchFrom + patience) return true;
    if (this.#bytes * 1000 < minimumRate * patience) return false;
    this.#stretchFrom = now;
    this.#bytes = 0;
    return true;
  }
}
