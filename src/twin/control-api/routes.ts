import { PlumblineError } from "#model/errors.ts";
import { BACKUP_ROUTES } from "../backups/routes.ts";
import { DEPLOYMENT_ROUTES } from "../deployments/routes.ts";
import { FAULT_ROUTES } from "../faults/routes.ts";
import { ROTATION_ROUTES } from "../rotation/routes.ts";
import { NO_SUCH_PATH, send, stream } from "./answers.ts";
import { jsonBody } from "./body.ts";
import { applyRequest } from "./requests.ts";
import type { Answer, Call, Route } from "./route.ts";

/** What concerns the twin as a whole, and its services. */
const TWIN_ROUTES: readonly Route[] = [
  { method: "GET", path: "/v1/status", handle: ({ twin }) => ok(twin.status()) },
  { method: "GET", path: "/v1/stores", handle: ({ twin }) => ok({ stores: twin.connections() }) },
  { method: "GET", path: "/v1/environments/{part}", handle: environment },
  { method: "GET", path: "/v1/events", handle: events },
  { method: "PUT", path: "/v1/architecture", handle: apply },
  { method: "POST", path: "/v1/services/{service}/restart", handle: restart },
  { method: "POST", path: "/v1/stop", handle: stop },
];

/** All that the control API answers. What belongs to one area of the twin is a list in that area's folder. */
export const ROUTES: readonly Route[] = [
  ...TWIN_ROUTES,
  ...BACKUP_ROUTES,
  ...DEPLOYMENT_ROUTES,
  ...FAULT_ROUTES,
  ...ROTATION_ROUTES,
];

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function environment({ twin, parameters }: Call): Answer {
  const found = twin.environment(parameters["part"] as string);
  return found ? ok(found) : NO_SUCH_PATH;
}

function events({ twin, response }: Call): null {
  stream(twin.events, response);
  return null;
}

async function apply({ twin, request }: Call): Promise<Answer> {
  return { status: 202, body: await twin.apply(applyRequest(await jsonBody(request))) };
}

function restart({ twin, parameters }: Call): Answer {
  const service = parameters["service"] as string;
  const replicas = twin.restart(service);
  if (replicas !== null) return { status: 202, body: { service, replicas } };
  const names = twin.status().services.map(({ name }) => name);
  throw new PlumblineError(
    "SERVICE_NOT_FOUND",
    `There is no service ${service} with replicas.`,
    `There are: ${names.join(", ")}.`,
  );
}

/** Answers first: the API is closed by what it begins. */
function stop({ twin, response }: Call): null {
  send(response, { status: 202, body: { stopping: true } });
  twin.stop();
  return null;
}
