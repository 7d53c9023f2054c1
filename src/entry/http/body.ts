import { ChunkedReader } from "./chunked.ts";

/** Where decoded body data goes. The bytes are valid during the call only. */
export interface BodySink {
  data(bytes: Buffer, from: number, to: number): void;
}

/** How a message says where its body ends (RFC 9112 section 6.3). */
export type Framing = "none" | "length" | "chunked" | "until-close";

/** Takes the bytes of one body out of a stream and leaves those of the next message. */
export class BodyReader {
  done = true;
  #framing: Framing = "none";
  #left = 0;
  /** Made for the first body in chunks: most connections never see one. */
  #chunked: ChunkedReader | undefined;

  /** @param length in bytes, for the framing "length". */
  begin(framing: Framing, length: number): void {
    this.#framing = framing;
    this.#left = length;
    this.done = framing === "none" || (framing === "length" && length === 0);
    if (framing === "chunked") (this.#chunked ??= new ChunkedReader()).begin();
  }

  /**
   * @returns the index after the last byte that belongs to the body.
   * @throws MessageRefused 400 when chunked framing is broken.
   */
  read(bytes: Buffer, from: number, to: number, sink: BodySink): number {
    if (this.done) return from;
    if (this.#framing === "chunked") {
      const chunked = this.#chunked!;
      const end = chunked.read(bytes, from, to, sink);
      this.done = chunked.done;
      return end;
    }
    const end = this.#framing === "length" && this.#left < to - from ? from + this.#left : to;
    if (end > from) sink.data(bytes, from, end);
    if (this.#framing === "length") {
      this.#left -= end - from;
      this.done = this.#left === 0;
    }
    return end;
  }

  /** Whether the message is complete when the connection ends here. */
  endsWithConnection(): boolean {
    return this.done || this.#framing === "until-close";
  }
}
