import type { ServerResponse } from "node:http";
import { PlumblineError } from "#model/errors.ts";
import type { EventLog } from "../event-log.ts";
import { failureOf } from "../failure.ts";
import type { Answer } from "./route.ts";

/** The status of a refusal, where it is neither 409, for what the twin's state forbids, nor 500, for a bug. */
const STATUSES: Readonly<Record<string, number>> = {
  BODY_UNREADABLE: 400,
  BACKUP_NOT_FOUND: 404,
  FAULT_NOT_FOUND: 404,
  FAULT_PART_UNKNOWN: 404,
  SERVICE_NOT_FOUND: 404,
  STORE_NOT_FOUND: 404,
  VERSION_UNKNOWN: 404,
  ARCHITECTURE_INVALID: 422,
  ENVIRONMENT_UNKNOWN: 422,
};

export const NO_SUCH_PATH: Answer = {
  status: 404,
  body: { code: "NOT_FOUND", message: "The control API has no such path." },
};

/** Why something was refused, with its problems where there are several. */
export function refusalOf(error: unknown): Answer {
  const failure = failureOf(error);
  const problems = error instanceof PlumblineError && "problems" in error ? error.problems : undefined;
  const status = STATUSES[failure.code] ?? (error instanceof PlumblineError ? 409 : 500);
  return { status, body: { ...failure, ...(problems === undefined ? {} : { problems }) } };
}

export function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(`${JSON.stringify(body)}\n`);
}

/** Past events, then new ones, as server-sent events. */
export function stream(events: EventLog, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const tell = (event: unknown) => response.write(`data: ${JSON.stringify(event)}\n\n`);
  for (const event of events.recent) tell(event);
  response.on("close", events.subscribe(tell));
}
