import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EventLog } from "../event-log.ts";
import type { PartEnvironment } from "../part-environment.ts";
import type { StoreConnection, TwinStatus } from "../status.ts";
import { refusal } from "./guard.ts";

/** What the control API may do with a twin. */
export interface Controllable {
  status(): TwinStatus;
  /** Null where there is no such service, replica or job. */
  environment(part: string): PartEnvironment | null;
  connections(): readonly StoreConnection[];
  /** Begins to stop; the API goes away when it is done. */
  stop(): void;
  readonly events: EventLog;
}

export interface ControlApi {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the control API on a loopback address: `GET /v1/status`, `GET /v1/events` (server-sent events, past ones
 * first), `GET /v1/environments/<part>` and `GET /v1/stores` (both with passwords), and `POST /v1/stop`. Every request carries the token.
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
    if (refused) return answer(response, refused.status, { code: refused.code, message: refused.message });
    route(twin, request, response);
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: `http://${hostsOf(server)[0]}`, close: () => close(server) };
}

const ENVIRONMENT = /^GET \/v1\/environments\/(?<part>[a-z0-9-]+)$/;

function route(twin: Controllable, request: IncomingMessage, response: ServerResponse): void {
  const part = ENVIRONMENT.exec(`${request.method} ${request.url}`)?.groups?.["part"];
  const environment = part === undefined ? null : twin.environment(part);
  if (environment) return answer(response, 200, environment);
  switch (`${request.method} ${request.url}`) {
    case "GET /v1/status":
      return answer(response, 200, twin.status());
    case "GET /v1/stores":
      return answer(response, 200, { stores: twin.connections() });
    case "GET /v1/events":
      return stream(twin.events, response);
    case "POST /v1/stop":
      answer(response, 202, { stopping: true });
      return twin.stop();
    default:
      return answer(response, 404, { code: "NOT_FOUND", message: "The control API has no such path." });
  }
}

function hostsOf(server: Server): string[] {
  const { address, port } = server.address() as AddressInfo;
  return [`${address}:${port}`, `localhost:${port}`];
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

function stream(events: EventLog, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const send = (event: unknown) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  for (const event of events.recent) send(event);
  response.on("close", events.subscribe(send));
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
