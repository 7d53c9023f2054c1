import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { NO_SUCH_PATH, refusalOf, send } from "./answers.ts";
import type { Controllable } from "./controllable.ts";
import { refusal } from "./guard.ts";
import { findRoute } from "./route.ts";
import { ROUTES } from "./routes.ts";

export interface ControlApi {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the control API on a loopback address; what it answers is in routes.ts. Every request carries the token.
 * @throws the listen error, EADDRINUSE above all.
 */
export async function serveControlApi(
  twin: Controllable,
  token: string,
  host: string,
  port: number,
): Promise<ControlApi> {
  const server = createServer((request, response) => {
    const refused = refusal(request.headers, token, hostsOf(server));
    if (refused) {
      const { status, ...body } = refused;
      return send(response, { status, body });
    }
    answer(twin, request, response).catch((error: unknown) => send(response, refusalOf(error)));
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: `http://${hostsOf(server)[0]}`, close: () => close(server) };
}

async function answer(twin: Controllable, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const found = findRoute(ROUTES, request);
  const answered = found
    ? await found.route.handle({ twin, request, response, parameters: found.parameters })
    : NO_SUCH_PATH;
  if (answered) send(response, answered);
}

function hostsOf(server: Server): string[] {
  const { address, port } = server.address() as AddressInfo;
  return [`${address}:${port}`, `localhost:${port}`];
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
