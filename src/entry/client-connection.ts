import type { Socket } from "node:net";
import { readInPlace } from "./accepted-socket.ts";
import { errorAnswer, fixedAnswer, redirectAnswer } from "./answers.ts";
import type { Deadlined } from "./deadlines.ts";
import { type Client, Exchange } from "./exchange.ts";
import { asksForUpgrade, type Origin, originOf, requestForTarget } from "./forwarded-heads.ts";
import { BodyReader } from "./http/body.ts";
import { CR, LF } from "./http/characters.ts";
import { INCOMPLETE } from "./http/fields.ts";
import { Outgoing } from "./http/outgoing.ts";
import { MessageRefused } from "./http/refused.ts";
import { RequestHead } from "./http/request-head.ts";
import type { Listener } from "./listener.ts";

/** Waiting for a request, or reading its head. */
const HEAD = 0;
const BODY = 1;
/** The request is complete; one that follows waits. */
const RESPONSE = 2;
const TUNNEL = 3;
/** Everything was said; what still comes is thrown away, because closing on unread bytes would reset the answer. */
const CLOSING = 4;

/** How long a client may take to notice, in milliseconds. */
const LINGER = 2_000;

/** One client's connection: requests come in, one after another, and each has its answer before the next. */
export class ClientConnection implements Client, Deadlined {
  readonly socket: Socket;
  readonly toTarget = new Outgoing(true);
  requestEnded = true;
  keepAlive = true;
  deadline = 0;

  #state = HEAD;
  #paused = false;
  #reading = false;
  #headBegun = false;
  #skippedLine = false;
  /** The client has ended its side while it waits for an answer. */
  #saidAll = false;
  #rest: Buffer | undefined;
  readonly #listener: Listener;
  readonly #origin: Origin;
  readonly #request = new RequestHead();
  readonly #body = new BodyReader();
  readonly #exchange = new Exchange(this);

  /** @param accepted a socket that was paused when it was accepted. */
  constructor(accepted: Socket, listener: Listener) {
    const socket = readInPlace(accepted, (bytes, size) => this.#receive(bytes, size));
    this.socket = socket;
    this.#listener = listener;
    const address = socket.remoteAddress?.replace(/^::ffff:/, "") ?? "unknown";
    this.#origin = originOf(address, listener.address);
    this.#wait();
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("finish", () => this.#deadlineIn(LINGER));
    // "close" always follows and says all that matters.
    socket.on("error", () => {});
    socket.on("close", () => this.#onClose());
  }

  get method(): string {
    return this.#request.method;
  }

  get old(): boolean {
    return this.#request.old;
  }

  pauseReading(): void {
    if (this.#state === BODY) this.deadline = Infinity;
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  resumeReading(): void {
    if (this.#state === BODY) this.#deadlineIn(this.#listener.timeouts.clientIdle);
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  blocked(): void {
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
  }

  tunnel(): void {
    this.#state = TUNNEL;
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
    if (this.#rest === undefined) return;
    const rest = this.#rest;
    this.#rest = undefined;
    this.#receive(rest, rest.length);
    this.resumeReading();
  }

  answerError(status: number): void {
    this.#listener.totals.countElb(status);
    if (!this.requestEnded) this.keepAlive = false;
    this.#answer(errorAnswer(status, this));
  }

  finished(): void {
    if (!this.keepAlive || !this.requestEnded || this.#state === TUNNEL || this.#listener.stopping) {
      this.close();
      return;
    }
    this.#wait();
    // The loop that is reading goes on by itself.
    if (!this.#reading) this.#readOn();
    if (this.#saidAll && this.#state === HEAD) this.close();
  }

  abort(): void {
    // A reset, because an orderly end would complete a body that ends with the connection.
    this.socket.resetAndDestroy();
  }

  /** Ends after what has been written. */
  close(): void {
    this.#state = CLOSING;
    this.#rest = undefined;
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
    this.#exchange.flushNow();
    this.socket.end();
    this.resumeReading();
  }

  /** Closes at once when no request is being served; otherwise after its response. */
  stop(): void {
    if (this.#state === HEAD && !this.#headBegun) this.close();
    else this.keepAlive = false;
  }

  expire(): void {
    if (this.#state === HEAD && !this.#headBegun) this.close();
    else if (this.#state === HEAD || this.#state === BODY) this.#refuse(408);
    else this.socket.destroy();
  }

  #deadlineIn(milliseconds: number): void {
    this.deadline = performance.now() + milliseconds;
  }

  #wait(): void {
    this.#state = HEAD;
    this.#headBegun = false;
    this.#skippedLine = false;
    this.#request.reset();
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
  }

  #readOn(): void {
    this.resumeReading();
    const rest = this.#rest;
    if (rest === undefined) return;
    this.#rest = undefined;
    this.#read(rest, rest.length, false);
  }

  #onDrain(): void {
    if (this.#exchange.active) {
      if (this.#state === RESPONSE) this.deadline = Infinity;
      this.#exchange.resumeTarget();
    } else if (this.#state === HEAD) this.#readOn();
    else if (this.#state === CLOSING) this.#deadlineIn(this.#listener.timeouts.clientIdle);
  }

  #onEnd(): void {
    if (this.#state === TUNNEL) this.#exchange.endTunnel();
    // A client that has asked and then ends its side still waits for its answers.
    else if (this.#state === RESPONSE) this.#saidAll = true;
    else if (this.#state === HEAD) this.close();
    else if (this.#state !== CLOSING) this.socket.destroy();
  }

  #onClose(): void {
    this.#listener.forget(this);
    if (!this.#exchange.active) return;
    this.#exchange.abandon();
    if (this.#state === TUNNEL) return;
    this.#listener.totals.clientsGone++;
    this.#listener.totals.countElb(460);
    this.#exchange.countElb(460);
  }

  /** @returns whether to go on reading. */
  #receive(bytes: Buffer, size: number): boolean {
    if (this.#state === TUNNEL) {
      this.#deadlineIn(this.#listener.timeouts.clientIdle);
      this.toTarget.data(bytes, 0, size);
      this.#exchange.pass();
    } else if (this.#state !== CLOSING) {
      const rest = this.#rest;
      this.#rest = undefined;
      if (rest === undefined) this.#read(bytes, size, true);
      else this.#read(Buffer.concat([rest, bytes.subarray(0, size)]), rest.length + size, false);
    }
    return !this.#paused;
  }

  /** @param borrowed whether the bytes are valid during this call only. */
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
      this.#refuse(error.status);
      return;
    } finally {
      this.#reading = false;
    }
    if (from === to || this.#state === CLOSING) return;
    const rest = bytes.subarray(from, to);
    this.#rest = borrowed ? Buffer.from(rest) : rest;
    if (this.#state !== HEAD || this.socket.writableNeedDrain) this.pauseReading();
    else if (!this.#headBegun) {
      this.#headBegun = true;
      this.#deadlineIn(this.#listener.timeouts.requestHead);
    }
  }

  /** @returns the index behind what was dealt with, or INCOMPLETE when the rest has to wait. */
  #readPart(bytes: Buffer, from: number, to: number): number {
    if (this.#state === BODY) {
      const next = this.#body.read(bytes, from, to, this.toTarget);
      this.#noteBody();
      this.#exchange.pass();
      return next;
    }
    // A client that sends requests and does not take their answers has to wait.
    if (this.#state !== HEAD || this.socket.writableNeedDrain) return INCOMPLETE;
    if (bytes[from] === CR && !this.#skippedLine) {
      // RFC 9112 section 2.2: one empty line before a request is ignored.
      if (from + 1 === to) return INCOMPLETE;
      if (bytes[from + 1] !== LF) throw new MessageRefused(400, "a CR without LF");
      this.#skippedLine = true;
      return from + 2;
    }
    const next = this.#request.parse(bytes, from, to);
    return next === INCOMPLETE ? INCOMPLETE : this.#begin(bytes, next, to);
  }

  #begin(bytes: Buffer, from: number, to: number): number {
    const request = this.#request;
    const { fields } = request;
    this.#listener.totals.requests++;
    this.keepAlive = !this.#listener.stopping && !fields.close && (!request.old || fields.keepAlive);
    const upgrades = fields.upgrade !== "" && asksForUpgrade(request);
    const head = requestForTarget(request, this.#origin, upgrades);
    this.toTarget.clear();
    this.toTarget.chunked = fields.chunked;
    this.toTarget.head(head);
    this.#state = BODY;
    this.requestEnded = false;
    this.#body.begin(fields.chunked ? "chunked" : "length", Math.max(0, fields.contentLength));
    // What has come of the body is read before anything is sent: if it is broken, the target sees nothing.
    const next = this.#body.read(bytes, from, to, this.toTarget);
    this.#noteBody();
    this.#act(head, upgrades);
    return next;
  }

  #noteBody(): void {
    if (!this.#body.done) {
      this.#deadlineIn(this.#listener.timeouts.clientIdle);
      return;
    }
    this.toTarget.end();
    this.requestEnded = true;
    this.#state = RESPONSE;
    this.deadline = Infinity;
  }

  #act(head: string, upgrades: boolean): void {
    const { host, path, target } = this.#request;
    const action = this.#listener.router.route(host, path);
    if (action.kind === "forward") {
      this.#exchange.start(this.#listener.group(action.group), head, upgrades);
      return;
    }
    if (!this.requestEnded) this.keepAlive = false;
    if (action.kind === "fixed-response") {
      this.#listener.totals.fixedResponses++;
      this.#answer(fixedAnswer(action, this));
    } else {
      this.#listener.totals.redirects++;
      const { ownHost } = this.#origin;
      this.#answer(
        redirectAnswer(action, host === "" ? ownHost : host, this.#listener.address.port, target, this),
      );
    }
  }

  #answer(text: string): void {
    this.toTarget.clear();
    this.#exchange.say(text);
    this.finished();
  }

  /** The request cannot be understood, so nothing that follows it can. */
  #refuse(status: number): void {
    const { responding, active } = this.#exchange;
    if (active) this.#exchange.countElb(status);
    this.#exchange.abandon();
    this.#listener.totals.countElb(status);
    if (active && responding) {
      this.abort();
      return;
    }
    this.keepAlive = false;
    this.toTarget.clear();
    this.#exchange.say(errorAnswer(status, { method: "", old: false, keepAlive: false }));
    this.close();
  }
}
