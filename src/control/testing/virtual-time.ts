import type { Instant } from "#control/controller.ts";

interface Entry {
  readonly at: Instant;
  readonly run: () => void;
}

/** A clock that jumps from one scheduled happening to the next; equal instants keep their order. */
export class VirtualTime {
  now: Instant = 0;
  readonly #entries: Entry[] = [];

  /** Runs something after a delay in milliseconds. */
  after(delayMs: number, run: () => void): void {
    const at = this.now + delayMs;
    const later = this.#entries.findIndex((entry) => entry.at > at);
    this.#entries.splice(later === -1 ? this.#entries.length : later, 0, { at, run });
  }

  /** When the next happening is due. */
  nextAt(): Instant | null {
    return this.#entries[0]?.at ?? null;
  }

  runNext(): void {
    const entry = this.#entries.shift();
    if (entry === undefined) return;
    this.now = entry.at;
    entry.run();
  }
}
