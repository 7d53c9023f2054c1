import { createWriteStream, mkdirSync, type WriteStream } from "node:fs";
import { dirname } from "node:path";
import type { TwinEvent } from "./status.ts";

type Listener = (event: TwinEvent) => void;

/** How many events somebody who comes later is still told. */
const REMEMBERED = 500;

/** What happened in a twin: kept in a file as JSON lines, and told to whoever listens. */
export class EventLog {
  readonly #file: WriteStream;
  readonly #listeners = new Set<Listener>();
  readonly #recent: TwinEvent[] = [];

  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#file = createWriteStream(file, { flags: "a" });
    // A full disk must not end the supervisor: events still reach those who listen.
    this.#file.on("error", () => {});
  }

  record(level: TwinEvent["level"], part: string, message: string): void {
    const event = { time: new Date().toISOString(), level, part, message };
    this.#recent.push(event);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
    this.#file.write(`${JSON.stringify(event)}\n`);
    for (const listener of this.#listeners) listener(event);
  }

  /** @returns a function that ends the subscription. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get recent(): readonly TwinEvent[] {
    return this.#recent;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#file.end(resolve));
  }
}
