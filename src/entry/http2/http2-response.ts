import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { ResponseWriter } from "../client.ts";
import { httpDate } from "../clock.ts";
import type { Framing } from "../http/body.ts";
import type { ResponseHead } from "../http/response-head.ts";

/** A target's response on its way into one stream. */
export class Http2Response implements ResponseWriter {
  /** Bytes of body, and of heads as they would be in HTTP/1.1: what the compression made of those nobody tells. */
  total = 0;
  readonly #stream: ServerHttp2Stream;
  #headers: OutgoingHttpHeaders | undefined;
  #parts: Buffer[] = [];
  #ended = false;
  #bodyless = false;

  constructor(stream: ServerHttp2Stream) {
    this.#stream = stream;
  }

  get empty(): boolean {
    return this.#headers === undefined && this.#parts.length === 0 && !this.#ended;
  }

  interim(head: ResponseHead): void {
    const text = head.kept();
    this.total += text.length;
    if (!this.#stream.destroyed)
      this.#stream.additionalHeaders({ ":status": head.status, ...fieldsOf(text) });
  }

  begin(head: ResponseHead, framing: Framing, added: string): void {
    const text = head.kept() + added + (head.fields.hasDate ? "" : `Date: ${httpDate()}\r\n`);
    this.say(head.status, text, framing === "none");
  }

  /** @param lines those of a head, the first one being left out. */
  say(status: number, lines: string, bodyless: boolean): void {
    this.total += lines.length + 2;
    this.#bodyless = bodyless;
    this.#headers = { ":status": status, ...fieldsOf(lines) };
  }

  switched(): void {
    throw new Error("HTTP/2 has no upgrades, so none was asked for.");
  }

  data(bytes: Buffer, from: number, to: number): void {
    this.total += to - from;
    this.#parts.push(Buffer.from(bytes.subarray(from, to)));
  }

  end(): void {
    this.#ended = true;
  }

  send(): boolean {
    const stream = this.#stream;
    const parts = this.#parts;
    const headers = this.#headers;
    if (stream.destroyed || stream.closed) {
      this.clear();
      return true;
    }
    this.#headers = undefined;
    this.#parts = [];
    if (headers !== undefined) stream.respond(headers, { endStream: this.#bodyless });
    if (this.#bodyless) return true;
    for (const part of parts) stream.write(part);
    if (this.#ended) {
      this.#ended = false;
      stream.end();
    }
    return !stream.writableNeedDrain;
  }

  clear(): void {
    this.#headers = undefined;
    this.#parts = [];
    this.#ended = false;
  }

  /** RFC 9113 section 8.1: a client that is answered need not send the rest of its request. */
  refuseRest(): void {
    this.#stream.once("finish", () => this.#stream.close(constants.NGHTTP2_NO_ERROR));
  }
}

/** Lines of HTTP/1.1 as fields of HTTP/2: names in lower case, those of the same name together. */
function fieldsOf(lines: string): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const line of lines.split("\r\n").slice(1)) {
    const colon = line.indexOf(":");
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    // Of these there can be one only, and Node refuses two.
    else if (!SINGLE.has(name)) fields[name] = [before, value];
  }
  return fields;
}

const SINGLE: ReadonlySet<string> = new Set(
  (
    "access-control-allow-credentials age content-encoding content-language content-length content-location " +
    "content-md5 content-range content-type date etag expires last-modified location retry-after"
  ).split(" "),
);
