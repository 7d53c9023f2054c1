// A backend that a test tells what to do, and that remembers what it was asked.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export class Backend {
  readonly asked: Asked[] = [];
  /** What it does when it has read a request. */
  handle: (asked: Asked, response: ServerResponse, request: IncomingMessage) => void = (asked, response) =>
    response.end(JSON.stringify({ url: asked.url }));
  /** What it does in place of that as soon as there is a head. */
  early: RequestListener | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets = new Set<Socket>();
  #port = 0;

  constructor() {
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The bodies, or targets, of those requests that are not about keys. */
  count(url: string): number {
    return this.asked.filter((asked) => asked.url === url).length;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => void this.#server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** As a process that is killed: connections break, and nobody listens. */
  async kill(): Promise<void> {
    const closed = new Promise((resolve) => void this.#server.close(resolve));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.early) return void this.early(request, response);
    let body = "";
    request.on("error", () => {});
    try {
      for await (const chunk of request) body += String(chunk);
    } catch {
      return;
    }
    const { method = "", url = "", headers } = request;
    const asked = { method, url, headers, body };
    this.asked.push(asked);
    this.handle(asked, response, request);
  }
}
