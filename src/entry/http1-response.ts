import type { Socket } from "node:net";
import type { Asked } from "./answers.ts";
import type { ResponseWriter } from "./client.ts";
import { isRechunked, responseForClient } from "./forwarded-heads.ts";
import type { Framing } from "./http/body.ts";
import { Outgoing } from "./http/outgoing.ts";
import type { ResponseHead } from "./http/response-head.ts";

/** Responses on their way to a client of HTTP/1.1, all of one connection. */
export class Http1Response extends Outgoing implements ResponseWriter {
  readonly #socket: Socket;
  readonly #asked: Asked;

  constructor(socket: Socket, asked: Asked) {
    super(true);
    this.#socket = socket;
    this.#asked = asked;
  }

  interim(head: ResponseHead): void {
    // RFC 9110 section 15.2: an HTTP/1.0 client would take it for the response.
    if (!this.#asked.old) this.head(`${head.kept()}\r\n`);
  }

  begin(head: ResponseHead, framing: Framing, added: string): void {
    // Earlier responses must not be lost with this one if it turns out to be broken.
    if (!this.empty) this.send();
    this.chunked = isRechunked(framing, this.#asked);
    this.head(responseForClient(head, framing, this.#asked, added));
  }

  switched(head: ResponseHead): void {
    this.head(`${head.kept()}Connection: Upgrade\r\nUpgrade: ${head.fields.upgrade}\r\n\r\n`);
  }

  override end(): void {
    super.end();
    this.chunked = false;
  }

  send(): boolean {
    return this.flush(this.#socket);
  }
}
