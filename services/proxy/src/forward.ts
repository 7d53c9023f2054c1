import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";

import type { UpstreamAnswer } from "./answer.ts";
import { Waiter } from "./attempt.ts";
import { type Body, bodyOf } from "./bodies.ts";
import { endAnswer } from "./early-end.ts";
import type { EventStreams } from "./event-streams.ts";
import { type Exchange, isEventStream } from "./exchanges.ts";
import { UpstreamFailure } from "./failures.ts";
import { addForwarded, endToEnd, type Origin } from "./headers.ts";
import { declaredLength, isStillSending } from "./lengths.ts";
import { Problem } from "./problems.ts";
import { isRepeatable } from "./retries.ts";
import type { Upstream } from "./upstream.ts";

export interface Forwarding {
  readonly upstream: Upstream;
  readonly origin: Origin;
  readonly requestId: string;
  readonly exchange: Exchange;
  /** Where answers without an end are known by, so that they can be ended. */
  readonly streams: EventStreams;
  /** Bytes of a request's body. */
  readonly mostBody: number;
  /** Milliseconds within which the whole body of a call must have come, and the next part of an upload's. */
  readonly bodyTimes: { readonly within: number; readonly idle: number };
  /** Whether the backend carries out a POST with an Idempotency-Key once, however often it comes. */
  readonly honoursKeys: boolean;
  /** What the next hop is told beside, or in place of what the client said. */
  readonly more?: Readonly<Record<string, string>> | undefined;
  /** Whether something else is to be answered in place of an answer with this status, which then is a failure. */
  readonly refuses?: (status: number) => boolean;
  /** Sees the answer on its way; what it returns sees the body. */
  readonly watch?: ((answer: UpstreamAnswer) => BodyWatcher | undefined) | undefined;
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
  const { upstream, mostBody, bodyTimes, honoursKeys, refuses, watch } = forwarding;
  const { method = "GET", url = "/" } = request;
  // What comes as a whole is a call, wherever it goes.
  const isUpload = forwarding.exchange === "upload" && declaredLength(request) !== 0;
  const exchange = forwarding.exchange === "upload" && !isUpload ? "call" : forwarding.exchange;
  if (exchange !== "call" && !upstream.hasRoom) throw new Problem("overloaded");
  const waiter = new Waiter();
  const leave = () => {
    if (!response.writableFinished) waiter.leave();
  };
  response.once("close", leave);
  let body: Body = null;
  try {
    const within = isUpload ? undefined : bodyTimes.within;
    body = await bodyOf(request, response, { most: mostBody, idle: bodyTimes.idle, within });
    // The client may have gone while the body was read.
    if (response.destroyed) return;
    const answer = await upstream.send({
      method,
      path: url,
      headers: headersFor(request, forwarding),
      body,
      waiter,
      isRepeatable: isRepeatable(method, request.headers["idempotency-key"] !== undefined, honoursKeys),
      exchange,
    });
    if (refuses?.(answer.status)) {
      await answer.discard();
      throw new UpstreamFailure("failed", new Error(`answered with ${answer.status}`));
    }
    if (isEventStream(answer.headers)) forwarding.streams.add(response);
    await tell(answer, response, watch?.(answer));
  } catch (error) {
    // What reading the body of the request has thrown is its own reason.
    if (waiter.hasLeft && !(error instanceof Problem)) return;
    throw error;
  } finally {
    response.off("close", leave);
    // What was not sent on is for nobody: its times end with it.
    if (body instanceof Readable) body.destroy();
  }
}

function headersFor(request: IncomingMessage, forwarding: Forwarding): OutgoingHttpHeaders {
  const headers = endToEnd(request.headers);
  addForwarded(headers, forwarding.origin);
  headers["x-request-id"] = forwarding.requestId;
  return Object.assign(headers, forwarding.more);
}

/** Sends an answer as fast as it is taken; returns when all of it was sent, or no more can be. */
function tell(
  answer: UpstreamAnswer,
  response: ServerResponse,
  watcher: BodyWatcher | undefined,
): Promise<void> {
  const headers = endToEnd(answer.headers);
  const isLengthTold = headers["content-length"] !== undefined;
  // Whoever has its answer need not send the rest of a large body.
  if (isLengthTold && isStillSending(response.req)) headers["connection"] = "close";
  return new Promise((resolve) => {
    response.once("close", () => {
      answer.abort();
      resolve();
    });
    response.on("drain", () => answer.resume());
    // What is there already goes out in one piece with the head; the head of what is not goes out at once.
    response.cork();
    response.writeHead(answer.status, headers);
    if (!answer.isWhole) response.flushHeaders();
    answer.flow({
      data(chunk) {
        watcher?.data(chunk);
        return response.write(chunk);
      },
      end() {
        watcher?.end();
        endAnswer(response, isLengthTold);
      },
      // Without its end, or short of its length, an answer is known to be broken.
      broken: () => void response.destroy(),
    });
    response.uncork();
  });
}
