/**
 * Finds where an HTTP/1.1 answer ends, and its status; what it says is of no interest here. Reads no more than load
 * needs: one answer at a time, to a method other than HEAD. https://www.rfc-editor.org/rfc/rfc9112#section-6.3
 */
export class AnswerReader {
  /** Whether the connection ends with this answer. */
  closes = false;
  #status = 0;
  /** The part of the head, or of a chunk's first line, that is there. */
  #begun = "";
  /** Of the body or the chunk: bytes that are still to come. */
  #rest = 0;
  #part: "head" | "body" | "chunk-size" | "chunk" | "trailer" | "until-close" = "head";

  restart(): void {
    this.#begun = "";
    this.#part = "head";
    this.closes = false;
  }

  /** @param text what has come, one character for each byte. @returns the status when the answer is whole. */
  read(text: string): number | null {
    switch (this.#part) {
      case "head":
        return this.#readHead(text);
      case "body":
        this.#rest -= text.length;
        return this.#rest <= 0 ? this.#status : null;
      case "until-close":
        return null;
      default:
        return this.#readChunks(text);
    }
  }

  /** @returns the status where the end of the connection is the end of the answer. */
  end(): number | null {
    return this.#part === "until-close" ? this.#status : null;
  }

  #readHead(text: string): number | null {
    const answer = this.#begun + text;
    const end = answer.indexOf("\r\n\r\n");
    if (end === -1) {
      this.#begun = answer;
      return null;
    }
    this.#begun = "";
    this.#status = Number(answer.slice(9, 12));
    const rest = end + 4;
    // An interim answer: the one that counts follows.
    if (this.#status < 200 && this.#status !== 101) return this.#readHead(answer.slice(rest));
    const head = answer.slice(0, end);
    this.closes = /\r\nconnection: *close/i.test(head) || answer.startsWith("HTTP/1.0");
    if (this.#status === 204 || this.#status === 304) return this.#status;
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length !== undefined) {
      this.#rest = Number(length);
      this.#part = "body";
    } else if (/\r\ntransfer-encoding:.*chunked/i.test(head)) this.#part = "chunk-size";
    else {
      this.#part = "until-close";
      this.closes = true;
    }
    return this.read(answer.length === rest ? "" : answer.slice(rest));
  }

  #readChunks(text: string): number | null {
    let rest = this.#begun + text;
    this.#begun = "";
    for (;;) {
      if (this.#part === "chunk") {
        if (rest.length < this.#rest) {
          this.#rest -= rest.length;
          return null;
        }
        rest = rest.slice(this.#rest);
        this.#part = "chunk-size";
      }
      const end = rest.indexOf("\r\n");
      if (end === -1) {
        this.#begun = rest;
        return null;
      }
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (this.#part === "trailer") {
        if (line === "") return this.#status;
        continue;
      }
      const size = Number.parseInt(line, 16);
      this.#part = size > 0 ? "chunk" : "trailer";
      // The line's end behind a chunk's data is part of what is passed over.
      this.#rest = size + 2;
    }
  }
}
