import type { BodySink } from "./body.ts";
import { CR, LF, SEMICOLON } from "./characters.ts";
import {
  MAX_CHUNK_EXTENSIONS,
  MAX_CHUNK_LINE,
  MAX_CHUNK_SIZE_DIGITS,
  MAX_FIELD_LINE,
  MAX_FIELDS,
} from "./limits.ts";
import { MAX_REQUEST_HEAD } from "./limits.ts";
import { MessageRefused } from "./refused.ts";

const SIZE = 0;
const EXTENSION = 1;
const SIZE_LF = 2;
const DATA = 3;
const DATA_CR = 4;
const DATA_LF = 5;
const TRAILER = 6;
const TRAILER_LF = 7;
const END = 8;

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t \\x21-\\x7e\\x80-\\xff])*"';
const EXTENSIONS = new RegExp(`^(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*$`);
const TRAILER_FIELD = new RegExp(`^(${TOKEN}):[\\t \\x21-\\x7e\\x80-\\xff]*$`);

/** Fields that say where a message ends, for whom it is or who sent it may not come after it (RFC 9110 section 6.5.1). */
const FORBIDDEN_TRAILERS =
  /^(?:authorization|cache-control|connection|content-.*|cookie|expect|host|keep-alive|max-forwards|proxy-.*|range|set-cookie|te|trailer|transfer-encoding|upgrade|x-amzn-trace-id|x-forwarded-.*)$/i;

/**
 * The chunked coding (RFC 9112 section 7.1), decoded as it arrives: data goes to the sink, whoever writes it
 * frames it anew. Extensions and trailers are checked and then left out: nobody behind the load balancer
 * was asked whether it understands them, and a recipient may ignore both.
 */
export class ChunkedReader {
  done = false;
  #state = SIZE;
  #size = 0;
  #digits = 0;
  #line = "";
  #extensions = 0;
  #trailers = 0;
  #trailerBytes = 0;

  begin(): void {
    this.done = false;
    this.#state = SIZE;
    this.#size = 0;
    this.#digits = 0;
    this.#line = "";
    this.#extensions = 0;
    this.#trailers = 0;
    this.#trailerBytes = 0;
  }

  /**
   * @returns the index after the last byte that belongs to the body: `to`, or less when it ends before.
   * @throws MessageRefused 400.
   */
  read(bytes: Buffer, from: number, to: number, sink: BodySink): number {
    let at = from;
    while (at < to && this.#state !== END) {
      if (this.#state === DATA) {
        const end = this.#size < to - at ? at + this.#size : to;
        sink.data(bytes, at, end);
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#state = DATA_CR;
      } else this.#step(bytes[at++]!);
    }
    this.done = this.#state === END;
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case SIZE:
        this.#readSize(byte);
        return;
      case EXTENSION:
        if (byte === CR) this.#endExtensions();
        else this.#collect(byte, MAX_CHUNK_LINE);
        return;
      case SIZE_LF:
        expect(byte, LF);
        this.#state = this.#size === 0 ? TRAILER : DATA;
        this.#digits = 0;
        return;
      case DATA_CR:
        expect(byte, CR);
        this.#state = DATA_LF;
        return;
      case DATA_LF:
        expect(byte, LF);
        this.#state = SIZE;
        return;
      case TRAILER:
        if (byte === CR) this.#state = TRAILER_LF;
        else this.#collect(byte, MAX_FIELD_LINE);
        return;
      default:
        expect(byte, LF);
        this.#endTrailer();
    }
  }

  #readSize(byte: number): void {
    const value = hexadecimal(byte);
    if (value !== -1) {
      if (++this.#digits > MAX_CHUNK_SIZE_DIGITS)
        throw new MessageRefused(400, "a chunk size has too many digits");
      this.#size = this.#size * 16 + value;
      if (this.#size > Number.MAX_SAFE_INTEGER) throw new MessageRefused(400, "a chunk is too large");
      return;
    }
    if (this.#digits === 0 || (byte !== CR && byte !== SEMICOLON)) {
      throw new MessageRefused(400, "a chunk size is not hexadecimal");
    }
    if (byte === CR) this.#state = SIZE_LF;
    else {
      this.#line = ";";
      this.#state = EXTENSION;
    }
  }

  #collect(byte: number, limit: number): void {
    if (byte === LF || byte === 0) throw new MessageRefused(400, "a control character in chunked framing");
    this.#line += String.fromCharCode(byte);
    if (this.#line.length > limit) throw new MessageRefused(400, "a line of chunked framing is too long");
  }

  #endExtensions(): void {
    this.#extensions += this.#line.length;
    if (this.#extensions > MAX_CHUNK_EXTENSIONS) throw new MessageRefused(400, "too many chunk extensions");
    if (!EXTENSIONS.test(this.#line)) throw new MessageRefused(400, "a chunk extension is malformed");
    this.#line = "";
    this.#state = SIZE_LF;
  }

  #endTrailer(): void {
    const line = this.#line;
    this.#line = "";
    this.#state = line === "" ? END : TRAILER;
    if (line === "") return;
    this.#trailerBytes += line.length + 2;
    if (++this.#trailers > MAX_FIELDS || this.#trailerBytes > MAX_REQUEST_HEAD) {
      throw new MessageRefused(400, "too many trailers");
    }
    const field = TRAILER_FIELD.exec(line);
    if (field === null || FORBIDDEN_TRAILERS.test(field[1]!))
      throw new MessageRefused(400, "a trailer is not allowed");
  }
}

function expect(byte: number, wanted: number): void {
  if (byte !== wanted) throw new MessageRefused(400, "chunked framing lacks a CRLF");
}

/** The digit's value, or -1. */
function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
