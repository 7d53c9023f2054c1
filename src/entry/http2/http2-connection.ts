import { constants, performServerHandshake, type ServerHttp2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import type { ConnectionFacts } from "../connection-facts.ts";
import type { Deadlines } from "../deadlines.ts";
import { MAX_FIELDS, MAX_REQUEST_HEAD } from "../http/limits.ts";
import type { Listener, ListenerConnection } from "../listener.ts";
import { Http2Request } from "./http2-request.ts";

/** "You can send up to 128 requests in parallel using one HTTP/2 connection" ("Listeners"). */
const MAX_STREAMS = 128;
/**
 * Bytes that a client may send ahead of what is read, in one stream and in all of them. With the 64 KiB that HTTP/2 begins
 * with (RFC 9113 section 6.9.2) a large file waits for this process after every few pieces of it.
 */
const STREAM_WINDOW = 512 * 1024;
const CONNECTION_WINDOW = 1024 * 1024;

/** One client's connection of HTTP/2, with a request in each of its streams. */
export class Http2Connection implements ListenerConnection {
  deadline = Infinity;
  #streams = 0;
  readonly #session: ServerHttp2Session;
  readonly #listener: Listener;

  constructor(socket: TLSSocket, facts: ConnectionFacts, listener: Listener, deadlines: Deadlines) {
    this.#listener = listener;
    const session = performServerHandshake(socket, {
      maxHeaderListPairs: MAX_FIELDS + 4,
      settings: {
        enablePush: false,
        initialWindowSize: STREAM_WINDOW,
        maxConcurrentStreams: MAX_STREAMS,
        maxHeaderListSize: MAX_REQUEST_HEAD,
      },
    });
    session.setLocalWindowSize(CONNECTION_WINDOW);
    this.#session = session;
    this.#expectStream();
    session.on("stream", (stream, headers, flags, raw) => {
      this.#streams++;
      this.deadline = Infinity;
      const ended = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      const request = new Http2Request(stream, ended, facts, listener);
      deadlines.add(request);
      stream.once("close", () => {
        deadlines.delete(request);
        this.#streams--;
        if (this.#streams === 0) this.#expectStream();
      });
      request.begin(headers, raw as unknown as readonly string[]);
    });
    // "close" always follows and says all that matters.
    session.on("error", () => {});
    session.on("close", () => listener.forget(this));
  }

  /** Says that no request after those in flight will be answered (GOAWAY), and closes behind them. */
  stop(): void {
    if (!this.#session.closed) this.#session.close();
  }

  destroy(): void {
    this.#session.destroy();
  }

  /** Nothing was asked for too long. */
  expire(): void {
    if (this.#streams === 0) this.destroy();
  }

  #expectStream(): void {
    this.deadline = performance.now() + this.#listener.timeouts.clientIdle;
  }
}
