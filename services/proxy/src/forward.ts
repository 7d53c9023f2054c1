import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Readable } from "node:stream";

import { bodyOf } from "./bodies.ts";
import { UpstreamFailure } from "./failures.ts";
import { addForwarded, endToEnd, type Origin } from "./headers.ts";
import { Problem } from "./problems.ts";
import { isRepeatable } from "./retries.ts";
import type { Upstream } from "./upstream.ts";

export interface Forwarding {
  readonly upstream: Upstream;
  readonly origin: Origin;
  readonly requestId: string;
  /** Bytes of a request's body. */
  readonly mostBody: number;
  /** Whether the backend carries out a POST with an Idempotency-Key once, however often it comes. */
  readonly honoursKeys: boolean;
  /** What the next hop is told beside, or in place of what the client said. */
  readonly more?: Readonly<Record<string, string>> | undefined;
  /** Whether something else is to be answered in place of an answer with this status, which then is a failure. */
  readonly refuses?: (status: number) => boolean;
  /** Sees the answer on its way; what it returns sees the body. */
  readonly watch?:
    | ((answer: { status: number; headers: IncomingHttpHeaders }) => BodyWatcher | undefined)
    | undefined;
}

export interface BodyWatcher {
  data(chunk: Buffer): void;
  /** The whole body was there. */
  end(): void;
}

/**
 * Sends a request on and its answer back, both as they come; returns when the answer has been sent, or the client has
 * gone. An answer that breaks off is broken off here as well, so that nobody takes it for whole.
 * @throws UpstreamFailure or Problem where nothing was answered yet.
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  forwarding: Forwarding,
): Promise<void> {
  const { upstream, mostBody, honoursKeys, refuses, watch } = forwarding;
  const { method = "GET", url = "/" } = request;
  const body = await bodyOf(request, mostBody);
  const gone = new AbortController();
  const leave = () => {
    if (!response.writableFinished) gone.abort();
  };
  response.once("close", leave);
  // The client may have gone while the body was read.
  if (response.destroyed) leave();
  try {
    const answer = await upstream.send({
      method,
      path: url,
      headers: headersFor(request, forwarding),
      body,
      signal: gone.signal,
      isRepeatable: isRepeatable(method, request.headers["idempotency-key"] !== undefined, honoursKeys),
    });
    const { statusCode: status, headers } = answer;
    if (refuses?.(status)) {
      await answer.body.dump();
      throw new UpstreamFailure("failed", new Error(`answered with ${status}`));
    }
    const watcher = watch?.({ status, headers });
    if (watcher) answer.body.on("data", (chunk: Buffer) => watcher.data(chunk));
    response.writeHead(status, endToEnd(headers));
    const isWhole = await sent(answer.body, response);
    if (isWhole) watcher?.end();
  } catch (error) {
    // What reading the body of the request has thrown is its own reason.
    if (gone.signal.aborted && !(error instanceof Problem)) return;
    throw error;
  } finally {
    response.off("close", leave);
  }
}

function headersFor(request: IncomingMessage, forwarding: Forwarding): OutgoingHttpHeaders {
  const headers = endToEnd(request.headers);
  addForwarded(headers, forwarding.origin);
  headers["x-request-id"] = forwarding.requestId;
  return Object.assign(headers, forwarding.more);
}

/**
 * Sends a body as fast as it is taken; whether all of it was sent. (`pipeline` would do, and makes and aborts a signal for
 * each answer, which costs more than all else here.)
 */
function sent(body: Readable, response: ServerResponse): Promise<boolean> {
  return new Promise((resolve) => {
    // Without its end, or short of its length, an answer is known to be broken.
    body.once("error", () => response.destroy());
    response.once("close", () => {
      body.destroy();
      resolve(response.writableFinished);
    });
    body.pipe(response);
  });
}
