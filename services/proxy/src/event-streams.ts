import type { ServerResponse } from "node:http";

/** Answers without an end that are under way: without this they would keep a server from its end. */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    this.#open.add(response);
    response.once("close", () => this.#open.delete(response));
  }

  /** Ends them as streams end: whoever reads one comes again, to another replica, and says what it had last. */
  end(): void {
    for (const response of this.#open) response.end();
  }
}
