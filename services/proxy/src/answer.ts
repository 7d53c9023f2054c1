import type { IncomingHttpHeaders } from "node:http";

import type { Dispatcher } from "undici";

/** Takes the body of an answer as it comes. */
export interface BodySink {
  /** Whether more can be taken at once; where not, the answer waits until it is told to `resume`. */
  data(chunk: Buffer): boolean;
  /** The whole body was there. */
  end(): void;
  /** The body broke off. */
  broken(error: Error): void;
}

/** Bytes of a body that nobody wants which are read all the same, to keep the connection. */
const MOST_DISCARDED = 128 * 1024;
/** Bytes that are kept until somebody takes them. */
const MOST_WAITING = 64 * 1024;

/** The head of an answer, and its body for one who takes it. */
export class UpstreamAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #controller: Dispatcher.DispatchController;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #sink: BodySink | undefined;
  #outcome: "under way" | "whole" | Error = "under way";

  constructor(controller: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders) {
    this.#controller = controller;
    this.status = status;
    this.headers = headers;
  }

  /** Hands over what has come so far, and the rest as it comes. */
  flow(sink: BodySink): void {
    this.#sink = sink;
    let takesMore = true;
    for (const chunk of this.#waiting) takesMore = sink.data(chunk);
    this.#waiting = [];
    if (this.#outcome === "whole") sink.end();
    else if (this.#outcome !== "under way") sink.broken(this.#outcome);
    else if (!takesMore) this.#controller.pause();
    else this.resume();
  }

  /** Whether all of it is there already. */
  get isWhole(): boolean {
    return this.#outcome === "whole";
  }

  resume(): void {
    if (this.#outcome === "under way" && this.#controller.paused) this.#controller.resume();
  }

  /** Nobody wants the rest of it. */
  abort(): void {
    if (this.#outcome === "under way") this.#controller.abort(new Error("nobody waits for the answer"));
  }

  /** Reads the body for nothing; resolves when it is over, however it ends. */
  discard(): Promise<void> {
    return new Promise((resolve) => {
      let length = 0;
      const data = (chunk: Buffer) => {
        length += chunk.length;
        if (length > MOST_DISCARDED) this.abort();
        return true;
      };
      this.flow({ data, end: resolve, broken: () => resolve() });
    });
  }

  /** A part of the body has come. */
  take(chunk: Buffer): void {
    if (this.#sink) {
      if (!this.#sink.data(chunk)) this.#controller.pause();
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes > MOST_WAITING) this.#controller.pause();
  }

  /** It is over. @param error where it broke off. */
  close(error?: Error): void {
    this.#outcome = error ?? "whole";
    if (error === undefined) this.#sink?.end();
    else this.#sink?.broken(error);
  }
}
