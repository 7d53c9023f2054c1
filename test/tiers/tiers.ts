// Web, gateway and a backend of the test, in this process: what passes through both passes.
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

import { startGateway, type TestGateway } from "../../services/gateway/test/gateway.ts";
import { listen } from "../../services/proxy/src/life.ts";
import type { App } from "../../services/proxy/src/start.ts";
import { buildApp } from "../../services/web/src/app.ts";
import { readConfig } from "../../services/web/src/config.ts";

export class Tiers {
  readonly gateway: TestGateway;
  readonly web: App;
  readonly #backend: Server;
  readonly #clients = new Set<Socket>();
  port = 0;
  /** What the backend does. */
  handle: RequestListener = (request, response) => void request.resume().on("end", () => response.end());

  private constructor(backend: Server, gateway: TestGateway, web: App) {
    this.#backend = backend;
    this.gateway = gateway;
    this.web = web;
    backend.on("request", (request, response) => this.handle(request, response));
  }

  /** @param env of both. */
  static async start(env: Record<string, string>): Promise<Tiers> {
    const backend = createServer({ keepAliveTimeout: 65_000 });
    await once(backend.listen(0, "127.0.0.1"), "listening");
    const { port } = backend.address() as AddressInfo;
    const gateway = await startGateway({ BACKEND_URL: `http://127.0.0.1:${port}`, ...env });
    const web = buildApp(readConfig({ GATEWAY_URL: gateway.url, LOG_LEVEL: "silent", ...env }));
    const tiers = new Tiers(backend, gateway, web);
    tiers.port = (await listen(web.server, "127.0.0.1", 0)).port;
    return tiers;
  }

  /** A connection of a client's. */
  connect(): Socket {
    const socket = connect(this.port, "127.0.0.1");
    socket.on("error", () => {});
    this.#clients.add(socket);
    return socket;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    for (const server of [this.web.server, this.#backend]) {
      server.closeAllConnections();
      server.close();
    }
    await this.web.close();
    await this.gateway.stop();
  }
}

/** What has come on a connection so far. */
export function received(socket: Socket): () => string {
  let text = "";
  socket.on("data", (chunk) => void (text += String(chunk)));
  return () => text;
}
