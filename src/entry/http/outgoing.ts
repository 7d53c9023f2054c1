import type { Socket } from "node:net";
import type { BodySink } from "./body.ts";
import { latin1 } from "./latin1.ts";

/**
 * Up to this size in bytes, body data is appended to the text before it: one small write costs less than a
 * gathered one, and the system call dominates.
 */
const SMALL = 8 * 1024;

/**
 * One message on its way out: collects head and body data, frames the data when the message is chunked,
 * and writes everything that was collected in one go. Text is latin1, one character per byte.
 */
export class Outgoing implements BodySink {
  chunked = false;
  /** Bytes of body data since `clear`, without their framing. */
  bodySize = 0;
  #flushed = 0;
  #text = "";
  #parts: (string | Buffer)[] | undefined;
  readonly #copies: boolean;

  /** @param copies whether data arrives in a buffer that is used again for the next read. */
  constructor(copies: boolean) {
    this.#copies = copies;
  }

  get empty(): boolean {
    return this.#text === "" && this.#parts === undefined;
  }

  /** Bytes that were flushed or wait for it, of all messages so far. */
  get total(): number {
    let waiting = this.#text.length;
    if (this.#parts !== undefined) for (const part of this.#parts) waiting += part.length;
    return this.#flushed + waiting;
  }

  /** Forgets what was collected. */
  clear(): void {
    this.#text = "";
    this.#parts = undefined;
    this.chunked = false;
    this.bodySize = 0;
  }

  head(text: string): void {
    this.#text += text;
  }

  data(bytes: Buffer, from: number, to: number): void {
    const size = to - from;
    this.bodySize += size;
    if (this.chunked) this.#text += `${size.toString(16)}\r\n`;
    if (size <= SMALL) this.#text += latin1(bytes, from, to);
    else {
      this.#parts ??= [];
      if (this.#text !== "") this.#parts.push(this.#text);
      this.#text = "";
      const part = bytes.subarray(from, to);
      this.#parts.push(this.#copies ? Buffer.from(part) : part);
    }
    if (this.chunked) this.#text += "\r\n";
  }

  /** Ends the body; nothing more may follow. */
  end(): void {
    if (this.chunked) this.#text += "0\r\n\r\n";
  }

  /** @returns false when the socket holds more than it should: wait for its "drain". */
  flush(socket: Socket): boolean {
    const text = this.#text;
    const parts = this.#parts;
    this.#flushed = this.total;
    this.#text = "";
    if (parts === undefined) return text === "" || socket.write(text, "latin1");
    this.#parts = undefined;
    if (text !== "") parts.push(text);
    socket.cork();
    for (const part of parts) {
      if (typeof part === "string") socket.write(part, "latin1");
      else socket.write(part);
    }
    socket.uncork();
    return !socket.writableNeedDrain;
  }
}
