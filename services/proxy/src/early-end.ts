import type { IncomingMessage, ServerResponse } from "node:http";

import { isStillSending } from "./lengths.ts";

/** Milliseconds for which the rest of a request is read for nothing once its answer has been sent: at most, and idle. */
const PATIENCE = 5000;
const IDLE = 500;

/**
 * Ends an answer, also one that comes before the end of its request. A connection that is closed while bytes arrive on it
 * is reset, and a reset takes the answer away from a client that has not read it yet (RFC 9112, section 9.6). So what is
 * still sent is read and thrown away until the client has seen the answer and leaves, has sent all, or has had its time.
 * @param isLengthTold whether the client sees by Content-Length that it has all of the answer.
 */
export function endAnswer(response: ServerResponse, isLengthTold: boolean): void {
  const { req: request } = response;
  if (!isStillSending(request)) return void response.end();
  if (!isLengthTold) response.end();
  throwAway(request, () => {
    if (isLengthTold) response.end();
    // The connection is at a place where nobody could tell the rest of a body from a request.
    else if (!request.complete) request.destroy();
  });
}

function throwAway(request: IncomingMessage, then: () => void): void {
  const total = setTimeout(done, PATIENCE);
  const idle = setTimeout(done, IDLE);
  const refresh = () => void idle.refresh();
  function done(): void {
    clearTimeout(total);
    clearTimeout(idle);
    request.off("data", refresh).off("end", done).off("close", done);
    then();
  }
  request.on("data", refresh).once("end", done).once("close", done);
  request.resume();
}
