import type { Socket } from "node:net";
import { type Answer, answerText, errorAnswer } from "./answers.ts";
import { flushSoon } from "./batch.ts";
import { ClientSocket } from "./client-socket.ts";
import type { Client } from "./client.ts";
import type { ConnectionFacts } from "./connection-facts.ts";
import { dispatch } from "./dispatch.ts";
import { Exchange } from "./exchange.ts";
import { asksForUpgrade, type Origin, requestForTarget, traceFor } from "./forwarded-heads.ts";
import { Outgoing } from "./http/outgoing.ts";
import type { MessageRefused } from "./http/refused.ts";
import type { RequestHead } from "./http/request-head.ts";
import { Http1Response } from "./http1-response.ts";
import type { Listener, ListenerConnection } from "./listener.ts";
import { Patience } from "./patience.ts";
import { RequestReader, type RequestUser } from "./request-reader.ts";
import { RequestRecord } from "./request-record.ts";

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

  /** What a target gets of the request before its body, and whether that asks it to switch protocols. */
  #head = "";
  #upgrades = false;
  #tunnel = false;
  /** The client has ended its side while it waits for an answer. */
  #saidAll = false;
  readonly #listener: Listener;
  readonly #reader = new RequestReader(this);
  readonly #exchange: Exchange;
  readonly #patience: Patience;
  readonly #socket: ClientSocket;

  /** @param accepted a socket that was paused when it was accepted, or one of TLS. */
  constructor(accepted: Socket, listener: Listener, facts: ConnectionFacts) {
    this.#patience = new Patience(listener);
    const { secure } = facts.origin;
    this.#socket = new ClientSocket(accepted, secure, this.#patience, (bytes, size) =>
      this.#receive(bytes, size),
    );
    const { socket } = this.#socket;
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

  get deadline(): number {
    return this.#patience.deadline;
  }

  set deadline(deadline: number) {
    this.#patience.deadline = deadline;
  }

  pauseReading(): void {
    if (this.#reader.inBody) this.#patience.expectNothing();
    this.#socket.pause();
  }

  resumeReading(): void {
    if (this.#reader.inBody) {
      if (this.#socket.paused) this.#patience.resumeBody();
      this.#patience.expectBody();
    }
    this.#socket.resume();
  }

  blocked(): void {
    this.#patience.beginTaking(this.#taken);
  }

  headBegins(): void {
    this.record.receivedAt = performance.now();
    this.#patience.expectHead(this.record.receivedAt);
  }

  headEnds(size: number): void {
    const { fields } = this.request;
    const { stopping, totals } = this.#listener;
    const now = performance.now();
    this.#beginRecord(now);
    this.record.received = size;
    this.record.trace = traceFor(fields.traceId, now);
    totals.requests++;
    this.keepAlive = !stopping && !fields.close && (!this.request.old || fields.keepAlive);
    this.#upgrades = fields.upgrade !== "" && asksForUpgrade(this.request);
    this.#head = requestForTarget(this.request, this.origin, this.record.trace, this.#upgrades);
    this.toTarget.clear();
    this.toTarget.chunked = fields.chunked;
    this.toTarget.head(this.#head);
    if (fields.chunked || fields.contentLength > 0) this.#patience.beginBody(now, this.record.receivedAt);
  }

  begins(): void {
    this.#expectBody();
    dispatch(this, this.#listener, this.#exchange, this.#head, this.#upgrades);
  }

  bodyGoesOn(size: number): void {
    this.record.received += size;
    this.#patience.addBody(size);
    this.#expectBody();
    this.#exchange.pass();
  }

  refuses(error: MessageRefused): void {
    if (!this.record.open) this.#beginRecord(performance.now());
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
    this.#patience.expectAnything();
    if (this.#tunnel) return;
    this.#tunnel = true;
    const rest = this.#reader.stop();
    if (rest === undefined) return;
    this.#receive(rest, rest.length);
    this.resumeReading();
  }

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
    this.#socket.abort();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Ends after what has been written. */
  close(): void {
    if (this.#socket.closing) return;
    this.#reader.stop();
    this.#exchange.flushNow();
    this.#socket.end();
  }

  /** Closes at once when no request is being served; otherwise after its response. */
  stop(): void {
    if (this.#reader.inHead && !this.#reader.headBegun) this.close();
    else this.keepAlive = false;
  }

  expire(): void {
    if (this.#socket.closing || this.#tunnel) this.socket.destroy();
    else if (this.#reader.inHead && !this.#reader.headBegun) this.close();
    else if (this.#reader.inHead) {
      this.#beginRecord(this.record.receivedAt);
      this.#refuse(408);
    } else if (this.#reader.inBody) {
      if (this.#patience.bodyGoesOn()) this.#patience.expectBody();
      else this.#refuse(408);
    } else if (!this.#patience.takesOn(this.#taken)) this.socket.destroy();
  }

  /** @param now for a request whose first bytes came just now. */
  #beginRecord(now: number): void {
    this.record.begin(this.#reader.headBegun ? this.record.receivedAt : now, this.response.total);
  }

  /** Where the body is complete, the target is the next one to do something. */
  #expectBody(): void {
    if (this.#reader.inBody) this.#patience.expectBody();
    else this.#patience.expectNothing();
  }

  /** How much of what was ever written the system has taken. */
  get #taken(): number {
    return this.response.total - this.socket.writableLength;
  }

  #wait(): void {
    this.#reader.next();
    this.#patience.expectAnything();
  }

  #onDrain(): void {
    if (this.#exchange.active) {
      if (this.#reader.inResponse) this.#patience.expectNothing();
      this.#exchange.resumeTarget();
    } else if (this.#socket.closing) this.#patience.expectAnything();
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
    else if (!this.#socket.closing) this.socket.destroy();
  }

  #onClose(): void {
    this.#listener.forget(this);
    this.#exchange.clientGone();
    this.#log();
  }

  #receive(bytes: Buffer, size: number): void {
    if (!this.#tunnel) {
      this.#reader.receive(bytes, size);
      return;
    }
    this.#patience.expectAnything();
    this.record.received += size;
    this.toTarget.data(bytes, 0, size);
    this.#exchange.pass();
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
