import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

import { declaredLength, WHOLE_BYTES } from "./lengths.ts";
import { Problem } from "./problems.ts";
import { PassedBytes } from "./young-objects.ts";

/** What a request's body may be. Times are milliseconds. */
export interface BodyLimits {
  /** Bytes. */
  readonly most: number;
  /** Within which all of it must have come, however it trickles; undefined where that may take as long as it likes. */
  readonly within?: number | undefined;
  /** Within which the next part must come. */
  readonly idle: number;
}

export type Body = Buffer | Readable | null;

/**
 * The body of a request: whole where it is small, else as a stream that is read as fast as it is sent on.
 * @throws Problem body_too_large or request_timeout, at once or while the stream is read.
 */
export function bodyOf(
  request: IncomingMessage,
  response: ServerResponse,
  limits: BodyLimits,
): Body | Promise<Buffer> {
  const length = declaredLength(request);
  if (length === 0) return null;
  if (length !== undefined && length > limits.most) throw tooLarge(limits.most);
  // Whoever asked first whether to send it is refused before this, or told to go on.
  if (request.headers.expect !== undefined) response.writeContinue();
  return length === undefined || length > WHOLE_BYTES
    ? new IncomingBody(request, limits)
    : whole(request, limits);
}

/** What is small has no time of its own where files have as long as they like: it has that of one part of them. */
function whole(request: IncomingMessage, { within, idle }: BodyLimits): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => reject(new Problem("request_timeout")), within ?? idle);
    request.on("data", (chunk: Buffer) => void chunks.push(chunk));
    request.once("end", () => {
      clearTimeout(timer);
      resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
    });
    request.once("close", () => {
      clearTimeout(timer);
      reject(new ClientGone());
    });
  });
}

/**
 * The body of a request as a stream of its own: whoever reads it may give it up, and there is still a connection to answer
 * on.
 */
class IncomingBody extends Readable {
  readonly #request: IncomingMessage;
  readonly #limits: BodyLimits;
  readonly #total: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #length = 0;
  readonly #passed = new PassedBytes();

  constructor(request: IncomingMessage, limits: BodyLimits) {
    super({ highWaterMark: WHOLE_BYTES });
    this.#request = request;
    this.#limits = limits;
    // Nobody may be reading it when its time is over: such as where there is no backend to send it to.
    this.on("error", () => {});
    if (limits.within !== undefined) this.#total = setTimeout(this.#late, limits.within);
    request.on("data", this.#take).on("end", this.#end).on("close", this.#gone).pause();
  }

  override _read(): void {
    this.#idle ??= setTimeout(this.#late, this.#limits.idle);
    this.#request.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#rest();
    clearTimeout(this.#total);
    this.#request.off("data", this.#take).off("end", this.#end).off("close", this.#gone).pause();
    callback(error);
  }

  readonly #take = (chunk: Buffer): void => {
    this.#length += chunk.length;
    this.#passed.add(chunk.length);
    if (this.#length > this.#limits.most) return void this.destroy(tooLarge(this.#limits.most));
    if (this.push(chunk)) return void this.#idle?.refresh();
    // What the next hop does not take yet is not the sender's delay.
    this.#rest();
    this.#request.pause();
  };
  readonly #end = (): void => void this.push(null);
  readonly #gone = (): void => {
    if (!this.#request.complete) this.destroy(new ClientGone());
  };
  readonly #late = (): void => void this.destroy(new Problem("request_timeout"));

  #rest(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
  }
}

/** It was the client that broke off: nobody is there to be answered. */
class ClientGone extends Error {
  constructor() {
    super("the client has left");
  }
}

function tooLarge(most: number): Problem {
  return new Problem("body_too_large", { detail: `This resource takes bodies of at most ${most} bytes.` });
}
