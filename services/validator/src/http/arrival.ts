import type { IncomingMessage } from "node:http";
import { Socket } from "node:net";

import { answerClientError } from "./errors.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Its body may take longer than others, and is timed by its route. */
    arrivesSlowly?: boolean;
  }
}

/** Answers 408 and ends the connection where the body of a request has not arrived in so many milliseconds. */
export function limitArrival(request: IncomingMessage, milliseconds: number): void {
  const { headers, socket } = request;
  const { "content-length": length = "0", "transfer-encoding": coding } = headers;
  // A request that is injected has no connection.
  if ((length === "0" && coding === undefined) || !(socket instanceof Socket)) return;
  const timer = setTimeout(() => {
    const code = "ERR_HTTP_REQUEST_TIMEOUT";
    if (!request.complete)
      answerClientError(Object.assign(new Error("the body did not arrive"), { code }), socket);
  }, milliseconds);
  timer.unref();
  request.once("close", () => clearTimeout(timer));
}
