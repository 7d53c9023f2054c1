import { Fields, INCOMPLETE } from "./fields.ts";
import { latin1 } from "./latin1.ts";

/**
 * The head of one message (RFC 9112 section 2.1): a first line of its kind, then fields. It is read incrementally, and
 * one instance serves every message of a connection.
 */
export abstract class MessageHead {
  readonly fields: Fields;
  /** Whether it is HTTP/1.0. */
  old = false;
  /** The whole head as it came, one character per byte. */
  text = "";
  /** Of the first field, counted from the head's first byte; 0 while the first line is not read. */
  protected fieldsAt = 0;

  constructor(fields: Fields) {
    this.fields = fields;
  }

  /** Prepares for the next message. */
  reset(): void {
    this.fieldsAt = 0;
  }

  /**
   * Reads a head that starts at `from` in `bytes`; after INCOMPLETE, call again with the same head and more.
   * @returns the index of the first byte after the head, or INCOMPLETE.
   * @throws MessageRefused: for a request with 400, 405, 413, 414, 463, 501 or 505, for a response with any status.
   */
  parse(bytes: Buffer, from: number, to: number): number {
    if (this.fieldsAt === 0) {
      const fieldsFrom = this.readLine(bytes, from, to);
      if (fieldsFrom === INCOMPLETE) return INCOMPLETE;
      this.fieldsAt = fieldsFrom - from;
      this.fields.begin(this.fieldsAt, this.old);
    }
    const end = this.fields.read(bytes, from, to);
    if (end !== INCOMPLETE) {
      this.text = latin1(bytes, from, end);
      this.conclude();
    }
    return end;
  }

  /** Reads the first line. @returns the index of the first field, or INCOMPLETE. */
  protected abstract readLine(bytes: Buffer, from: number, to: number): number;

  /** Looks at the head as a whole. */
  protected abstract conclude(): void;
}
