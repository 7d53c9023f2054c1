import { Socket } from "node:net";
import type { Address, Counters } from "./messages.ts";
import { Pump } from "./pump.ts";
import type { Passage } from "./pump.ts";

/** What holds for all connections that go one way now; the way changes it and then tells each of them. */
export interface Conditions {
  /** Nothing passes. */
  cut: boolean;
  delayMs: number;
  jitterMs: number;
}

/** One client's connection, and the one that carries it on to the target. */
export class Relay {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #conditions: Conditions;
  readonly #counters: Counters;
  readonly #passage: Passage = { held: true, delayMs: 0, jitterMs: 0 };
  readonly #there: Pump;
  readonly #back: Pump;
  /** Where the target is still to be dialled. */
  readonly #to: Address | null;
  readonly #whenClosed: () => void;
  #dialled: boolean;
  #connected: boolean;
  #open = 2;

  /** @param to the target, or a connection to it that stands already. */
  constructor(
    client: Socket,
    to: Address | Socket,
    conditions: Conditions,
    counters: Counters,
    whenClosed: () => void,
  ) {
    const stands = to instanceof Socket;
    this.#client = client;
    this.#to = stands ? null : to;
    this.#target = stands ? to : new Socket({ allowHalfOpen: true });
    this.#dialled = stands;
    this.#connected = stands;
    this.#conditions = conditions;
    this.#counters = counters;
    this.#whenClosed = whenClosed;
    this.#there = new Pump(client, this.#target, this.#passage, (bytes) => void (counters.bytesTo += bytes));
    this.#back = new Pump(this.#target, client, this.#passage, (bytes) => void (counters.bytesFrom += bytes));
    this.#listen();
    this.changed();
  }

  /** The route's conditions are different now. */
  changed(): void {
    const { cut, delayMs, jitterMs } = this.#conditions;
    // In a partition a new client's first packet would not arrive: it is carried on once the cut has healed.
    if (!cut && this.#to && !this.#dialled) this.#dial(this.#to);
    this.#passage.held = cut || !this.#connected;
    this.#passage.delayMs = delayMs;
    this.#passage.jitterMs = jitterMs;
    this.#there.changed();
    this.#back.changed();
  }

  /** Breaks it off on both sides at once. */
  reset(): void {
    this.#there.stop();
    this.#back.stop();
    this.#client.resetAndDestroy();
    // One that is still connecting would first wait to be connected.
    if (this.#connected) this.#target.resetAndDestroy();
    else this.#target.destroy();
  }

  #dial({ host, port }: Address): void {
    this.#dialled = true;
    this.#target.setNoDelay(true);
    this.#target.connect(port, host);
  }

  #listen(): void {
    const [client, target] = [this.#client, this.#target];
    // Errors are told by "close" as well.
    client.on("error", ignore);
    target.on("error", ignore);
    target.once("connect", () => {
      this.#connected = true;
      this.changed();
    });
    client.once("end", () => {
      // A client that gives up before the cut heals was never heard of; kept, they would pile up.
      if (!this.#dialled) this.reset();
    });
    client.once("close", (broken) => {
      if (!this.#dialled) target.destroy();
      else if (broken) this.#there.reset();
      this.#closed();
    });
    target.once("close", (broken) => {
      if (this.#dialled && !this.#connected) {
        this.#counters.failed += 1;
        this.reset();
      } else if (broken) this.#back.reset();
      this.#closed();
    });
  }

  #closed(): void {
    this.#open -= 1;
    if (this.#open > 0) return;
    this.#there.stop();
    this.#back.stop();
    this.#whenClosed();
  }
}

function ignore(): void {}
