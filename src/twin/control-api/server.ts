import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { PlumblineError } from "#model/errors.ts";
import type { EventLog } from "../event-log.ts";
import type { PartEnvironment } from "../part-environment.ts";
import { failureOf } from "../failure.ts";
import type { ChangeStatus, StoreConnection, TwinStatus } from "../status.ts";
import { jsonBody } from "./body.ts";
import { refusal } from "./guard.ts";
import { type ApplyRequest, applyRequest } from "./requests.ts";

/** What the control API may do with a twin. */
export interface Controllable {
  status(): TwinStatus;
  /** Null where there is no such service, replica or job. */
  environment(part: string): PartEnvironment | null;
  connections(): readonly StoreConnection[];
  /** Begins to become what another architecture says. @throws PlumblineError why it cannot. */
  apply(request: ApplyRequest): Promise<ChangeStatus>;
  /** Begins to replace a service's replicas, and says how many; null where no such service has any. */
  restart(service: string): number | null;
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
 * first), `GET /v1/environments/<part>` and `GET /v1/stores` (both with passwords), `PUT /v1/architecture`,
 * `POST /v1/services/<service>/restart`, and `POST /v1/stop`. Every request carries the token.
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
    route(twin, request, response).catch((error: unknown) => refuse(response, error));
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  return { url: `http://${hostsOf(server)[0]}`, close: () => close(server) };
}

const ENVIRONMENT = /^GET \/v1\/environments\/(?<part>[a-z0-9-]+)$/;
const RESTART = /^POST \/v1\/services\/(?<service>[a-z0-9-]+)\/restart$/;

async function route(twin: Controllable, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const service = RESTART.exec(`${request.method} ${request.url}`)?.groups?.["service"];
  if (service !== undefined) return restart(twin, service, response);
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
    case "PUT /v1/architecture":
      return answer(response, 202, await twin.apply(applyRequest(await jsonBody(request))));
    case "POST /v1/stop":
      answer(response, 202, { stopping: true });
      return twin.stop();
    default:
      return answer(response, 404, { code: "NOT_FOUND", message: "The control API has no such path." });
  }
}

function restart(twin: Controllable, service: string, response: ServerResponse): void {
  const replicas = twin.restart(service);
  if (replicas !== null) return answer(response, 202, { service, replicas });
  const names = twin.status().services.map(({ name }) => name);
  const message = `There is no service ${service} with replicas.`;
  answer(response, 404, { code: "SERVICE_NOT_FOUND", message, remedy: `There are: ${names.join(", ")}.` });
}

/** Says why a change was refused: with 422 what does not check, with 400 what is not even read. */
function refuse(response: ServerResponse, error: unknown): void {
  const failure = failureOf(error);
  const problems = error instanceof PlumblineError && "problems" in error ? error.problems : undefined;
  const status = STATUSES[failure.code] ?? (error instanceof PlumblineError ? 409 : 500);
  answer(response, status, { ...failure, ...(problems === undefined ? {} : { problems }) });
}

const STATUSES: Readonly<Record<string, number>> = {
  BODY_UNREADABLE: 400,
  ARCHITECTURE_INVALID: 422,
  ENVIRONMENT_UNKNOWN: 422,
};

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
