import { COLON, CR, FIELD_VALUE, LF, SPACE, spells, TAB, TOKEN } from "./characters.ts";
import { latin1 } from "./latin1.ts";
import { MAX_FIELD_LINE, MAX_FIELDS, MAX_LENGTH_DIGITS } from "./limits.ts";
import { MessageRefused } from "./refused.ts";

/** What a parser answers when the head goes on in bytes that have not arrived. */
export const INCOMPLETE = -1;

const REGISTERED_CODINGS =
  /^(?:chunked|compress|x-compress|deflate|gzip|x-gzip|identity)(?: ?, ?(?:chunked|compress|x-compress|deflate|gzip|x-gzip|identity))*$/i;
const TOKEN_LIST = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:[ \t]*,[ \t]*[!#$%&'*+\-.^_`|~0-9A-Za-z]+)*$/;

/**
 * The header fields of one message, read line by line (RFC 9112 section 5): what decides about framing and
 * routing is noted, hop-by-hop fields are marked to be left out, all others pass through as they are.
 * One instance serves every message of a connection. Offsets count from the head's first byte.
 */
export class Fields {
  /** Of the first line that is not read yet: reading resumes here when more bytes arrive. */
  at = 0;
  count = 0;
  hosts = 0;
  hostFrom = 0;
  hostTo = 0;
  /** In bytes; -1 when there is no Content-Length. */
  contentLength = -1;
  chunked = false;
  /** What the Connection field names. */
  close = false;
  keepAlive = false;
  connectionUpgrade = false;
  hasDate = false;
  /** Where the User-Agent is; both 0 when there is none. */
  agentFrom = 0;
  agentTo = 0;
  /** Values of the fields that are written anew, joined by commas; empty when absent. */
  upgrade = "";
  forwardedFor = "";
  traceId = "";

  readonly #ofRequest: boolean;
  readonly #maxHead: number;
  /** Pairs of offsets: the lines that are not passed on. */
  readonly #dropped: number[] = [];
  #named: string[] | undefined;
  #rewritesLength = false;
  #old = false;

  constructor(ofRequest: boolean, maxHead: number) {
    this.#ofRequest = ofRequest;
    this.#maxHead = maxHead;
  }

  /** @param at offset of the first field line. @param old whether the message is HTTP/1.0. */
  begin(at: number, old: boolean): void {
    this.at = at;
    this.count = 0;
    this.hosts = 0;
    this.contentLength = -1;
    this.chunked = false;
    this.close = false;
    this.keepAlive = false;
    this.connectionUpgrade = false;
    this.hasDate = false;
    this.agentFrom = 0;
    this.agentTo = 0;
    this.#old = old;
    this.upgrade = "";
    this.forwardedFor = "";
    this.traceId = "";
    this.#dropped.length = 0;
    this.#named = undefined;
    this.#rewritesLength = false;
  }

  /**
   * Reads lines from where it stopped up to the empty line. `base` is where the head starts in `bytes`,
   * `to` where the received bytes end.
   * @returns the index after the empty line, or INCOMPLETE.
   * @throws MessageRefused 400 for bad syntax, 413 beyond the limits.
   */
  read(bytes: Buffer, base: number, to: number): number {
    let at = base + this.at;
    let line = at;
    while (at < to) {
      line = at;
      if (bytes[at] === CR) {
        if (at + 1 >= to) break;
        if (bytes[at + 1] !== LF) throw new MessageRefused(400, "a CR without LF");
        if (at + 2 - base > this.#maxHead) throw new MessageRefused(413, "the head is too large");
        return at + 2;
      }
      while (at < to && TOKEN[bytes[at]!] === 1) at++;
      if (at >= to) break;
      // This also refuses a folded line, a space before the colon and a bare LF.
      if (bytes[at] !== COLON || at === line)
        throw new MessageRefused(400, "a field name has a wrong character");
      const nameTo = at;
      do at++;
      while (at < to && (bytes[at] === SPACE || bytes[at] === TAB));
      const valueFrom = at;
      while (at < to && FIELD_VALUE[bytes[at]!] === 1) at++;
      if (at >= to) break;
      if (bytes[at] !== CR) throw new MessageRefused(400, "a field value has a control character");
      if (at + 1 >= to) break;
      if (bytes[at + 1] !== LF) throw new MessageRefused(400, "a CR without LF");
      let valueTo = at;
      while (valueTo > valueFrom && (bytes[valueTo - 1] === SPACE || bytes[valueTo - 1] === TAB)) valueTo--;
      at += 2;
      if (at - line > MAX_FIELD_LINE) throw new MessageRefused(413, "a field is too large");
      if (++this.count > MAX_FIELDS) throw new MessageRefused(413, "too many fields");
      this.#note(bytes, base, line, nameTo, valueFrom, valueTo, at);
      this.at = at - base;
      line = at;
    }
    if (to - line > MAX_FIELD_LINE) throw new MessageRefused(413, "a field is too large");
    if (to - base > this.#maxHead) throw new MessageRefused(413, "the head is too large");
    return INCOMPLETE;
  }

  /**
   * The lines that are passed on, each with its CRLF, without the empty line.
   * @param text the whole head. @param from offset of the first byte to keep.
   */
  kept(text: string, from: number): string {
    let kept: string;
    const end = text.length - 2;
    if (this.#dropped.length === 0) kept = text.slice(from, end);
    else {
      kept = "";
      let start = from;
      for (let index = 0; index < this.#dropped.length; index += 2) {
        if (this.#dropped[index]! > start) kept += text.slice(start, this.#dropped[index]);
        start = this.#dropped[index + 1]!;
      }
      kept += text.slice(start, end);
    }
    if (this.#rewritesLength) kept += `Content-Length: ${this.contentLength}\r\n`;
    return this.#named === undefined ? kept : withoutNamed(kept, this.#named);
  }

  #drop(base: number, from: number, to: number): void {
    this.#dropped.push(from - base, to - base);
  }

  #note(
    bytes: Buffer,
    base: number,
    from: number,
    nameTo: number,
    valueFrom: number,
    valueTo: number,
    to: number,
  ): void {
    // The length tells most fields apart without looking at a letter.
    switch (nameTo - from) {
      case 2:
        if (spells(bytes, from, nameTo, "te")) this.#drop(base, from, to);
        return;
      case 4:
        if (spells(bytes, from, nameTo, "host")) {
          this.hosts++;
          this.hostFrom = valueFrom - base;
          this.hostTo = valueTo - base;
        } else if (spells(bytes, from, nameTo, "date")) this.hasDate = true;
        return;
      case 6:
        // RFC 9110 section 10.1.1: HTTP/1.0 has no interim responses to expect.
        if (this.#old && spells(bytes, from, nameTo, "expect")) this.#drop(base, from, to);
        return;
      case 7:
        // Trailers are not passed on, so neither is their announcement.
        if (spells(bytes, from, nameTo, "trailer")) this.#drop(base, from, to);
        else if (spells(bytes, from, nameTo, "upgrade")) {
          this.upgrade = joined(this.upgrade, latin1(bytes, valueFrom, valueTo));
          this.#drop(base, from, to);
        }
        return;
      case 10:
        if (spells(bytes, from, nameTo, "connection")) {
          this.#noteConnection(bytes, valueFrom, valueTo);
          this.#drop(base, from, to);
        } else if (spells(bytes, from, nameTo, "keep-alive")) this.#drop(base, from, to);
        else if (this.#ofRequest && spells(bytes, from, nameTo, "user-agent")) {
          this.agentFrom = valueFrom - base;
          this.agentTo = valueTo - base;
        }
        return;
      case 14:
        if (spells(bytes, from, nameTo, "content-length")) {
          this.#noteLength(bytes, nameTo + 1, valueFrom, valueTo);
          // Leading zeros are octal to some: written anew, the number is the same for every parser.
          this.#rewritesLength = bytes[valueFrom] === 0x30 && valueTo - valueFrom > 1;
          if (this.#rewritesLength) this.#drop(base, from, to);
        }
        return;
      case 15:
        if (!this.#ofRequest) return;
        if (spells(bytes, from, nameTo, "x-forwarded-for")) {
          this.forwardedFor = joined(this.forwardedFor, latin1(bytes, valueFrom, valueTo));
          this.#drop(base, from, to);
        } else if (spells(bytes, from, nameTo, "x-amzn-trace-id")) {
          this.traceId = latin1(bytes, valueFrom, valueTo);
          this.#drop(base, from, to);
        }
        return;
      case 16:
        if (spells(bytes, from, nameTo, "proxy-connection")) this.#drop(base, from, to);
        else if (this.#ofRequest && spells(bytes, from, nameTo, "x-forwarded-port"))
          this.#drop(base, from, to);
        return;
      case 17:
        if (spells(bytes, from, nameTo, "transfer-encoding")) {
          this.#noteCoding(bytes, nameTo + 1, valueFrom, valueTo);
          this.#drop(base, from, to);
        } else if (this.#ofRequest && spells(bytes, from, nameTo, "x-forwarded-proto"))
          this.#drop(base, from, to);
        return;
      default:
    }
  }

  #noteConnection(bytes: Buffer, from: number, to: number): void {
    if (spells(bytes, from, to, "keep-alive")) this.keepAlive = true;
    else if (spells(bytes, from, to, "close")) this.close = true;
    else {
      const value = latin1(bytes, from, to).toLowerCase();
      if (!TOKEN_LIST.test(value)) throw new MessageRefused(400, "Connection is not a list of names");
      for (const name of value.split(/[ \t]*,[ \t]*/)) {
        if (name === "close") this.close = true;
        else if (name === "keep-alive") this.keepAlive = true;
        else if (name === "upgrade") this.connectionUpgrade = true;
        // Leaving these out would change where the message ends or for whom it is.
        else if (name === "content-length" || name === "host") {
          throw new MessageRefused(400, `Connection names ${name}`);
        } else (this.#named ??= []).push(name);
      }
    }
  }

  #noteLength(bytes: Buffer, from: number, valueFrom: number, valueTo: number): void {
    if (this.contentLength !== -1) throw new MessageRefused(400, "more than one Content-Length");
    if (this.chunked) throw new MessageRefused(400, "both Content-Length and Transfer-Encoding");
    if (bytes.subarray(from, valueFrom).includes(TAB) || bytes[valueTo] === TAB) {
      throw new MessageRefused(400, "a tab beside Content-Length");
    }
    const digits = valueTo - valueFrom;
    if (digits === 0 || digits > MAX_LENGTH_DIGITS)
      throw new MessageRefused(400, "Content-Length has no usable length");
    let length = 0;
    for (let index = valueFrom; index < valueTo; index++) {
      const digit = bytes[index]! - 0x30;
      if (digit < 0 || digit > 9) throw new MessageRefused(400, "Content-Length is not made of digits");
      length = length * 10 + digit;
    }
    this.contentLength = length;
  }

  #noteCoding(bytes: Buffer, from: number, valueFrom: number, valueTo: number): void {
    if (this.chunked) throw new MessageRefused(400, "more than one Transfer-Encoding");
    if (this.contentLength !== -1) throw new MessageRefused(400, "both Content-Length and Transfer-Encoding");
    if (bytes.subarray(from, valueFrom).includes(TAB) || bytes[valueTo] === TAB) {
      throw new MessageRefused(400, "a tab beside Transfer-Encoding");
    }
    if (!spells(bytes, valueFrom, valueTo, "chunked")) {
      const value = latin1(bytes, valueFrom, valueTo);
      // "chunked" twice or before another coding has no end that all parsers agree on: that is an attack.
      const known = REGISTERED_CODINGS.test(value) && !/chunked ?,/i.test(value);
      throw new MessageRefused(known ? 501 : 400, "Transfer-Encoding is not exactly chunked");
    }
    this.chunked = true;
  }
}

function joined(before: string, value: string): string {
  return before === "" ? value : `${before}, ${value}`;
}

function withoutNamed(lines: string, names: readonly string[]): string {
  return lines
    .split("\r\n")
    .filter((line) => !names.includes(line.slice(0, Math.max(0, line.indexOf(":"))).toLowerCase()))
    .join("\r\n");
}
