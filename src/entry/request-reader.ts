import { BodyReader } from "./http/body.ts";
import { CR, LF } from "./http/characters.ts";
import { INCOMPLETE } from "./http/fields.ts";
import type { Outgoing } from "./http/outgoing.ts";
import { MessageRefused } from "./http/refused.ts";
import { RequestHead } from "./http/request-head.ts";

/** Who gets the requests that a reader finds. */
export interface RequestUser {
  readonly toTarget: Outgoing;
  /** Whether it can take another request now. */
  readonly ready: boolean;
  /** The first bytes of a head are there, not all of them. */
  headBegins(): void;
  /** A head is complete; the body, if any, is not read yet. */
  headEnds(size: number): void;
  /** The beginning of the body, and all of it if `bodyDone`, is in `toTarget`: whatever is broken so far was refused. */
  begins(): void;
  bodyGoesOn(size: number): void;
  /** Nothing more can be read before `readOn`. */
  pauseReading(): void;
  refuses(error: MessageRefused): void;
}

const HEAD = 0;
const BODY = 1;
/** The request is complete; one that follows waits. */
const WAIT = 2;
const OFF = 3;

/** Finds requests in what a client sends, one at a time. */
export class RequestReader {
  readonly request = new RequestHead();
  headBegun = false;
  #state = HEAD;
  #skippedLine = false;
  #reading = false;
  #rest: Buffer | undefined;
  readonly #body = new BodyReader();
  readonly #user: RequestUser;

  constructor(user: RequestUser) {
    this.#user = user;
  }

  get inHead(): boolean {
    return this.#state === HEAD;
  }

  get inBody(): boolean {
    return this.#state === BODY;
  }

  get inResponse(): boolean {
    return this.#state === WAIT;
  }

  /** Whether it is at it, further up in the stack, and goes on by itself. */
  get isReading(): boolean {
    return this.#reading;
  }

  /** Waits for the next request. */
  next(): void {
    this.#state = HEAD;
    this.headBegun = false;
    this.#skippedLine = false;
    this.request.reset();
  }

  /** Reads no requests any more. @returns what was read and not understood yet. */
  stop(): Buffer | undefined {
    this.#state = OFF;
    const rest = this.#rest;
    this.#rest = undefined;
    return rest;
  }

  /** @param bytes valid during the call only. */
  receive(bytes: Buffer, size: number): void {
    const rest = this.#rest;
    if (rest === undefined) this.#read(bytes, size, true);
    else {
      this.#rest = undefined;
      this.#read(Buffer.concat([rest, bytes.subarray(0, size)]), rest.length + size, false);
    }
  }

  /** Goes on with what is there. The loop that is reading does so by itself. */
  readOn(): void {
    const rest = this.#rest;
    if (this.#reading || rest === undefined) return;
    this.#rest = undefined;
    this.#read(rest, rest.length, false);
  }

  #read(bytes: Buffer, to: number, borrowed: boolean): void {
    let from = 0;
    this.#reading = true;
    try {
      while (from < to) {
        const next = this.#readPart(bytes, from, to);
        if (next === INCOMPLETE) break;
        from = next;
      }
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      this.#user.refuses(error);
      return;
    } finally {
      this.#reading = false;
    }
    if (from === to || this.#state === OFF) return;
    const rest = bytes.subarray(from, to);
    this.#rest = borrowed ? Buffer.from(rest) : rest;
    if (this.#state !== HEAD || !this.#user.ready) this.#user.pauseReading();
    else if (!this.headBegun) {
      this.headBegun = true;
      this.#user.headBegins();
    }
  }

  /** @returns the index behind what was dealt with, or INCOMPLETE when the rest has to wait. */
  #readPart(bytes: Buffer, from: number, to: number): number {
    if (this.#state === BODY) {
      const next = this.#body.read(bytes, from, to, this.#user.toTarget);
      this.#noteEnd();
      this.#user.bodyGoesOn(next - from);
      return next;
    }
    // A client that sends requests and does not take their answers has to wait.
    if (this.#state !== HEAD || !this.#user.ready) return INCOMPLETE;
    if (bytes[from] === CR && !this.#skippedLine) {
      // RFC 9112 section 2.2: one empty line before a request is ignored.
      if (from + 1 === to) return INCOMPLETE;
      if (bytes[from + 1] !== LF) throw new MessageRefused(400, "a CR without LF");
      this.#skippedLine = true;
      return from + 2;
    }
    const end = this.request.parse(bytes, from, to);
    return end === INCOMPLETE ? INCOMPLETE : this.#begin(bytes, from, end, to);
  }

  #begin(bytes: Buffer, start: number, from: number, to: number): number {
    const { fields } = this.request;
    const { toTarget } = this.#user;
    this.#user.headEnds(from - start);
    this.#state = BODY;
    this.#body.begin(fields.chunked ? "chunked" : "length", Math.max(0, fields.contentLength));
    // What has come of the body is read before anything is sent: if it is broken, the target sees nothing.
    const next = this.#body.read(bytes, from, to, toTarget);
    this.#noteEnd();
    if (next > from) this.#user.bodyGoesOn(next - from);
    this.#user.begins();
    return next;
  }

  #noteEnd(): void {
    if (!this.#body.done) return;
    this.#user.toTarget.end();
    this.#state = WAIT;
  }
}
