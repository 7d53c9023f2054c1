import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { type Answer, errorAnswer, ownFields } from "../answers.ts";
import { flushSoon } from "../batch.ts";
import type { Client } from "../client.ts";
import type { ConnectionFacts } from "../connection-facts.ts";
import type { Deadlined } from "../deadlines.ts";
import { dispatch } from "../dispatch.ts";
import { Exchange } from "../exchange.ts";
import { requestForTarget, traceFor, type Origin } from "../forwarded-heads.ts";
import { Outgoing } from "../http/outgoing.ts";
import { MessageRefused } from "../http/refused.ts";
import { RequestHead } from "../http/request-head.ts";
import type { Listener } from "../listener.ts";
import { Patience } from "../patience.ts";
import { RequestRecord } from "../request-record.ts";
import { Http2Response } from "./http2-response.ts";
import { requestText } from "./request-text.ts";

/** One request in one stream of HTTP/2; targets see it in HTTP/1.1. */
export class Http2Request implements Client, Deadlined {
  readonly old = false;
  readonly origin: Origin;
  readonly request = new RequestHead();
  readonly record = new RequestRecord();
  readonly toTarget = new Outgoing(true);
  readonly response: Http2Response;
  keepAlive = true;
  requestEnded: boolean;
  #understood = false;
  #received = 0;
  readonly #stream: ServerHttp2Stream;
  readonly #facts: ConnectionFacts;
  readonly #listener: Listener;
  readonly #exchange: Exchange;
  readonly #patience: Patience;

  constructor(stream: ServerHttp2Stream, ended: boolean, facts: ConnectionFacts, listener: Listener) {
    this.#stream = stream;
    this.#facts = facts;
    this.#listener = listener;
    this.#patience = new Patience(listener);
    this.origin = facts.origin;
    this.requestEnded = ended;
    this.response = new Http2Response(stream);
    this.#exchange = new Exchange(this, this.response, listener);
    // "close" always follows and says all that matters.
    stream.on("error", () => {});
    stream.on("aborted", () => stream.close(constants.NGHTTP2_CANCEL));
    stream.on("drain", () => this.#onDrain());
    stream.on("close", () => this.#onClose());
  }

  get method(): string {
    return this.request.method;
  }

  get deadline(): number {
    return this.#patience.deadline;
  }

  set deadline(deadline: number) {
    this.#patience.deadline = deadline;
  }

  begin(headers: IncomingHttpHeaders, raw: readonly string[]): void {
    const now = performance.now();
    this.record.begin(now, 0);
    try {
      const bytes = Buffer.from(requestText(headers, raw, !this.requestEnded), "latin1");
      this.record.received = bytes.length;
      if (this.request.parse(bytes, 0, bytes.length) !== bytes.length)
        throw new MessageRefused(400, "more than one head");
      if (this.requestEnded && this.request.fields.contentLength > 0)
        throw new MessageRefused(400, "Content-Length without a body");
    } catch (error) {
      if (!(error instanceof MessageRefused)) throw error;
      this.record.refused = error;
      this.#refuse(error.status);
      return;
    }
    this.#understood = true;
    this.#listener.totals.requests++;
    const { fields } = this.request;
    this.record.trace = traceFor(fields.traceId, now);
    const head = requestForTarget(this.request, this.origin, this.record.trace, false);
    this.toTarget.chunked = fields.chunked;
    this.toTarget.head(head);
    this.#patience.beginBody(now, now);
    this.#expectBody();
    if (!this.requestEnded) {
      this.#stream.on("data", (bytes: Buffer) => this.#read(bytes));
      this.#stream.on("end", () => this.#readEnd());
    }
    dispatch(this, this.#listener, this.#exchange, head, false);
  }

  pauseReading(): void {
    this.#patience.expectNothing();
    this.#stream.pause();
  }

  resumeReading(): void {
    this.#patience.resumeBody();
    this.#expectBody();
    this.#stream.resume();
  }

  blocked(): void {
    // What the client has taken nobody tells; every drain is progress, and a block behind it begins anew.
    this.#patience.beginTaking(0);
  }

  answer(answer: Answer): void {
    this.record.status = answer.status;
    this.toTarget.clear();
    const bodyless = this.request.method === "HEAD" || answer.body === "";
    const length =
      answer.status === 204 || answer.status === 304 ? "" : `Content-Length: ${answer.body.length}\r\n`;
    this.response.say(answer.status, `\r\n${ownFields()}${answer.fields}${length}`, bodyless);
    if (!bodyless) {
      const body = Buffer.from(answer.body, "latin1");
      this.response.data(body, 0, body.length);
      this.response.end();
    }
    flushSoon(this.#exchange);
    this.finished();
  }

  tunnel(): void {}

  endWriting(): void {}

  finished(): void {
    this.#log();
    this.#patience.expectNothing();
    if (this.requestEnded) return;
    this.response.refuseRest();
    this.#stream.resume();
  }

  abort(): void {
    this.#log();
    // `close` would end the stream in good order first, and the client would take a part for the whole.
    this.#stream.destroy(new Error("the response is not complete"));
  }

  expire(): void {
    if (!this.requestEnded && this.#patience.bodyGoesOn()) this.#expectBody();
    else if (this.requestEnded || this.#exchange.responding) this.#stream.close(constants.NGHTTP2_CANCEL);
    else this.#refuse(408);
  }

  #read(bytes: Buffer): void {
    this.#received += bytes.length;
    this.record.received += bytes.length;
    this.#patience.addBody(bytes.length);
    const { contentLength } = this.request.fields;
    if (contentLength !== -1 && this.#received > contentLength) {
      this.#breakOff();
      return;
    }
    if (!this.#exchange.active) return;
    this.toTarget.data(bytes, 0, bytes.length);
    this.#expectBody();
    this.#exchange.pass();
  }

  #readEnd(): void {
    const { contentLength } = this.request.fields;
    // RFC 9113 section 8.1.1: a body of another length makes the request malformed.
    if (contentLength !== -1 && this.#received !== contentLength) {
      this.#breakOff();
      return;
    }
    this.requestEnded = true;
    this.#patience.expectNothing();
    if (!this.#exchange.active) return;
    this.toTarget.end();
    this.#exchange.pass();
  }

  #breakOff(): void {
    this.record.status = 400;
    this.#exchange.abandon();
    this.#stream.close(constants.NGHTTP2_PROTOCOL_ERROR);
  }

  #refuse(status: number): void {
    if (this.#exchange.active) this.#exchange.countElb(status);
    this.#exchange.abandon();
    this.#listener.totals.countElb(status);
    this.answer(errorAnswer(status));
  }

  #expectBody(): void {
    if (this.requestEnded) this.#patience.expectNothing();
    else this.#patience.expectBody();
  }

  #onDrain(): void {
    if (!this.#exchange.active) return;
    if (this.requestEnded) this.#patience.expectNothing();
    this.#exchange.resumeTarget();
  }

  #onClose(): void {
    this.#exchange.clientGone();
    this.#log();
  }

  #log(): void {
    if (!this.record.open) return;
    this.record.open = false;
    const request = this.#understood ? this.request : undefined;
    this.#listener.accessLog?.request(this.#facts, this.record, request, this.response.total);
  }
}
