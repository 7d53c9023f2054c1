import type { Socket } from "node:net";
import { readInPlace } from "./accepted-socket.ts";
import type { ConnectionFacts } from "./access-log/line.ts";
import { type Answer, answerText, errorAnswer } from "./answers.ts";
import { flushSoon } from "./batch.ts";
import type { Client } from "./client.ts";
import { dispatch } from "./dispatch.ts";
import { Exchange } from "./exchange.ts";
import { asksForUpgrade, type Origin, requestForTarget, traceFor } from "./forwarded-heads.ts";
import { Outgoing } from "./http/outgoing.ts";
import type { MessageRefused } from "./http/refused.ts";
import type { RequestHead } from "./http/request-head.ts";
import { Http1Response } from "./http1-response.ts";
import type { Listener, ListenerConnection } from "./listener.ts";
import { Pace } from "./pace.ts";
import { RequestReader, type RequestUser } from "./request-reader.ts";
import { RequestRecord } from "./request-record.ts";

/** How long a client may take to notice that all was said, after its last byte and in all, in milliseconds. */
const LINGER = 2_000;
const LINGER_AT_MOST = 30_000;

/** One client's connection: requests come in, one after another, and each has its answer before the next. */
export class ClientConnection implements Client, RequestUser, ListenerConnection {
  readonly socket: Socket;
  readonly facts: ConnectionFacts;
  readonly origin: Origin;
  readonly request: RequestHead;
  readonly record = new RequestRecord();
  readonly response: Http1Response;
  readonly toTarget = new Outgoing(true);
  keepAlive = true;
  deadline = 0;

  /** What a target gets of the request before its body, and whether that asks it to switch protocols. */
  #head = "";
  #upgrades = false;
  #tunnel = false;
  /** Everything was said; what still comes is thrown away, because closing on unread bytes would reset the answer. */
  #closing = false;
  #closesBy = Infinity;
  #paused = false;
  /** The client has ended its side while it waits for an answer. */
  #saidAll = false;
  /** What the client had taken of all responses when that was looked at last. */
  #taken = 0;
  readonly #listener: Listener;
  readonly #reader = new RequestReader(this);
  readonly #exchange: Exchange;
  /** Of the body that comes in, then of the response that goes out. */
  readonly #pace = new Pace();

  /** @param accepted a socket that was paused when it was accepted, or one of TLS. */
  constructor(accepted: Socket, listener: Listener, facts: ConnectionFacts) {
    const socket = readInPlace(accepted, facts.origin.secure, (bytes, size) => this.#receive(bytes, size));
    this.socket = socket;
    this.facts = facts;
    this.origin = facts.origin;
    this.request = this.#reader.request;
    this.response = new Http1Response(socket, this);
    this.#listener = listener;
    this.#exchange = new Exchange(this, this.response, listener);
    this.#wait();
    socket.on("drain", () => this.#onDrain());
    socket.on("end", () => this.#onEnd());
    socket.on("finish", () => this.#onFinish());
    // "close" always follows and says all that matters.
    socket.on("error", () => {});
    socket.on("close", () => this.#onClose());
  }

  get method(): string {
    return this.request.method;
  }

  get old(): boolean {
    return this.request.old;
  }

  get requestEnded(): boolean {
    return !this.#reader.inBody;
  }

  get ready(): boolean {
    return !this.socket.writableNeedDrain;
  }

  pauseReading(): void {
    if (this.#reader.inBody) this.deadline = Infinity;
    if (this.#paused) return;
    this.#paused = true;
    this.socket.pause();
  }

  resumeReading(): void {
    if (this.#reader.inBody && this.#paused) this.#pace.resume(performance.now());
    if (this.#reader.inBody) this.#expectBody();
    if (!this.#paused) return;
    this.#paused = false;
    this.socket.resume();
  }

  waits(): void {
    this.pauseReading();
  }

  blocked(): void {
    const now = performance.now();
    const isNew = this.deadline === Infinity;
    this.#expectTaking(now);
    if (!isNew) return;
    // What was taken before counts for nothing now.
    this.#pace.begin(now, Infinity);
    this.#expectTaking(now);
  }

  headBegins(): void {
    const now = performance.now();
    const { requestHead, request } = this.#listener.timeouts;
    this.record.receivedAt = now;
    this.deadline = now + Math.min(requestHead, request ?? Infinity);
  }

  headEnds(size: number): void {
    const { fields } = this.request;
    const { stopping, timeouts, totals } = this.#listener;
    const now = performance.now();
    this.record.begin(this.#reader.headBegun ? this.record.receivedAt : now, this.response.total);
    this.record.received = size;
    this.record.trace = traceFor(fields.traceId);
    totals.requests++;
    this.keepAlive = !stopping && !fields.close && (!this.request.old || fields.keepAlive);
    this.#upgrades = fields.upgrade !== "" && asksForUpgrade(this.request);
    this.#head = requestForTarget(this.request, this.origin, this.record.trace, this.#upgrades);
    this.toTarget.clear();
    this.toTarget.chunked = fields.chunked;
    this.toTarget.head(this.#head);
    if (fields.chunked || fields.contentLength > 0) {
      this.#pace.begin(now, this.record.receivedAt + (timeouts.request ?? Infinity));
    }
  }

  begins(): void {
    this.#expectBody();
    dispatch(this, this.#listener, this.#exchange, this.#head, this.#upgrades);
  }

  bodyGoesOn(size: number): void {
    this.record.received += size;
    this.#pace.add(size, performance.now());
    this.#expectBody();
    this.#exchange.pass();
  }

  refuses(error: MessageRefused): void {
    if (!this.record.open)
      this.record.begin(
        this.#reader.headBegun ? this.record.receivedAt : performance.now(),
        this.response.total,
      );
    this.record.refused = error;
    this.#refuse(error.status);
  }

  answer(answer: Answer): void {
    if (!this.requestEnded) this.keepAlive = false;
    this.record.status = answer.status;
    this.toTarget.clear();
    this.response.head(answerText(answer, this));
    flushSoon(this.#exchange);
    this.finished();
  }

  tunnel(): void {
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
    if (this.#tunnel) return;
    this.#tunnel = true;
    const rest = this.#reader.stop();
    if (rest === undefined) return;
    this.#receive(rest, rest.length);
    this.resumeReading();
  }

  /** The target has ended its side of a tunnel: the client may go on. */
  endWriting(): void {
    this.#exchange.flushNow();
    this.socket.end();
  }

  finished(): void {
    this.#log();
    if (!this.keepAlive || !this.requestEnded || this.#tunnel || this.#listener.stopping) {
      this.close();
      return;
    }
    this.#wait();
    this.resumeReading();
    this.#reader.readOn();
    if (this.#saidAll && this.#reader.inHead && !this.#reader.isReading) this.close();
  }

  abort(): void {
    this.#log();
    // A reset, because an orderly end would complete a body that ends with the connection. TLS ends without its
    // own farewell then, which says the same.
    if (this.origin.secure) this.socket.destroy();
    else this.socket.resetAndDestroy();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Ends after what has been written. */
  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#reader.stop();
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
    this.#exchange.flushNow();
    this.socket.end();
    this.resumeReading();
  }

  /** Closes at once when no request is being served; otherwise after its response. */
  stop(): void {
    if (this.#reader.inHead && !this.#reader.headBegun) this.close();
    else this.keepAlive = false;
  }

  expire(): void {
    if (this.#closing || this.#tunnel) this.socket.destroy();
    else if (this.#reader.inHead && !this.#reader.headBegun) this.close();
    else if (this.#reader.inHead) this.#expireHead();
    else if (this.#reader.inBody) this.#expireBody();
    else this.#expireResponse();
  }

  #expireHead(): void {
    this.record.begin(this.record.receivedAt, this.response.total);
    this.#refuse(408);
  }

  #expireBody(): void {
    const { limits, timeouts } = this.#listener;
    if (this.#pace.goesOn(performance.now(), timeouts.clientIdle, limits)) this.#expectBody();
    else this.#refuse(408);
  }

  #expireResponse(): void {
    const { limits, timeouts } = this.#listener;
    const now = performance.now();
    this.#expectTaking(now);
    if (!this.#pace.goesOn(now, timeouts.clientIdle, limits)) this.socket.destroy();
    else this.#expectTaking(now);
  }

  #deadlineIn(milliseconds: number): void {
    this.deadline = performance.now() + milliseconds;
  }

  #expectBody(): void {
    const { limits, timeouts } = this.#listener;
    if (this.#reader.inBody) this.deadline = this.#pace.deadline(timeouts.clientIdle, limits);
    else this.deadline = Infinity;
  }

  #expectTaking(now: number): void {
    const { limits, timeouts } = this.#listener;
    // How much of what was ever written the system has taken.
    const taken = this.response.total - this.socket.writableLength;
    if (taken > this.#taken) this.#pace.add(taken - this.#taken, now);
    this.#taken = taken;
    this.deadline = this.#pace.deadline(timeouts.clientIdle, limits);
  }

  #wait(): void {
    this.#reader.next();
    this.#deadlineIn(this.#listener.timeouts.clientIdle);
  }

  #onDrain(): void {
    if (this.#exchange.active) {
      if (this.#reader.inResponse) this.deadline = Infinity;
      this.#exchange.resumeTarget();
    } else if (this.#closing) this.#deadlineIn(this.#listener.timeouts.clientIdle);
    else if (this.#reader.inHead) {
      this.resumeReading();
      this.#reader.readOn();
    }
  }

  #onEnd(): void {
    if (this.#tunnel) this.#exchange.endTunnel();
    // A client that has asked and then ends its side still waits for its answers.
    else if (this.#reader.inResponse) this.#saidAll = true;
    else if (this.#reader.inHead) this.close();
    else if (!this.#closing) this.socket.destroy();
  }

  #onFinish(): void {
    if (!this.#closing) return;
    this.#closesBy = performance.now() + LINGER_AT_MOST;
    this.#deadlineIn(LINGER);
  }

  #onClose(): void {
    this.#listener.forget(this);
    if (this.#exchange.active) {
      this.#exchange.abandon();
      if (!this.#tunnel) {
        this.#listener.totals.clientsGone++;
        this.#listener.totals.countElb(460);
        this.#exchange.countElb(460);
        this.record.status = 460;
      }
    }
    this.#log();
  }

  /** @returns whether to go on reading. */
  #receive(bytes: Buffer, size: number): boolean {
    if (this.#tunnel) {
      this.#deadlineIn(this.#listener.timeouts.clientIdle);
      this.record.received += size;
      this.toTarget.data(bytes, 0, size);
      this.#exchange.pass();
    } else if (!this.#closing) this.#reader.receive(bytes, size);
    // Whoever is still sending has not read the answer yet.
    else if (this.#closesBy < Infinity) this.deadline = Math.min(performance.now() + LINGER, this.#closesBy);
    return !this.#paused;
  }

  /** The request cannot be understood, so nothing that follows it can. */
  #refuse(status: number): void {
    const { active } = this.#exchange;
    const broken = active && this.#exchange.responding;
    if (active) this.#exchange.countElb(status);
    this.#exchange.abandon();
    this.#listener.totals.countElb(status);
    this.record.status = status;
    if (broken) {
      this.abort();
      return;
    }
    this.keepAlive = false;
    this.toTarget.clear();
    this.response.head(answerText(errorAnswer(status), { method: "", old: false, keepAlive: false }));
    this.#log();
    this.close();
  }

  #log(): void {
    if (!this.record.open) return;
    this.record.open = false;
    const { accessLog } = this.#listener;
    if (accessLog === undefined) return;
    const understood = this.#reader.inHead ? undefined : this.request;
    accessLog.request(this.facts, this.record, understood, this.response.total - this.record.sentBefore);
  }
}
