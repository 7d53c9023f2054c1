import { Connection } from "#load/connection.ts";
import { requestMaker } from "#load/request.ts";
import type { ProbeTarget } from "./messages.ts";
import type { Writer } from "./writer.ts";

/** Sends requests through the load balancer. */
export class HttpWriter implements Writer {
  readonly #connection: Connection;
  readonly #request: (sequence: number) => string;
  readonly #timeoutMs: number;
  #sequence = 0;
  #waiting: PromiseWithResolvers<void> | null = null;

  constructor({ endpoint, request, run }: Extract<ProbeTarget, { kind: "http" }>, timeoutMs: number) {
    this.#request = requestMaker(request, run);
    this.#timeoutMs = timeoutMs;
    this.#connection = new Connection(endpoint, {
      opened: (connection) => (this.#waiting ? connection.send(this.#request(this.#sequence)) : undefined),
      answered: (_, status) =>
        this.#settle(status < 400 ? null : new Error(`it was answered with ${status}`)),
      broken: (_, error) => this.#settle(error),
    });
  }

  async write(sequence: number): Promise<void> {
    this.#sequence = sequence;
    const { promise } = (this.#waiting = Promise.withResolvers());
    if (this.#connection.isOpen) this.#connection.send(this.#request(sequence));
    else this.#connection.open();
    const timer = setTimeout(() => {
      this.#connection.abandon();
      this.#settle(new Error(`there was no answer within ${this.#timeoutMs} ms`));
    }, this.#timeoutMs);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  close(): void {
    this.#connection.abandon();
  }

  #settle(error: Error | null): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    if (error) waiting?.reject(error);
    else waiting?.resolve();
  }
}
