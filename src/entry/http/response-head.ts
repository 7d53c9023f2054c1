import { CR, FIELD_VALUE, LF, SPACE } from "./characters.ts";
import { Fields, INCOMPLETE } from "./fields.ts";
import { latin1 } from "./latin1.ts";
import { MAX_FIELD_LINE, MAX_RESPONSE_HEAD } from "./limits.ts";
import { MessageHead } from "./message-head.ts";
import { MessageRefused } from "./refused.ts";

/**
 * The head of one response (RFC 9112 section 4), read incrementally and as strictly as a request: a target
 * that frames its responses ambiguously could poison the next answer on the same connection.
 * One instance serves every response of a connection.
 */
export class ResponseHead extends MessageHead {
  /** 100 to 599. */
  status = 0;

  constructor() {
    super(new Fields(false, MAX_RESPONSE_HEAD));
  }

  /** The status line in HTTP/1.1 and the fields that are passed on; every line with its CRLF. */
  kept(): string {
    return this.old ? `HTTP/1.1${this.fields.kept(this.text, 8)}` : this.fields.kept(this.text, 0);
  }

  protected override readLine(bytes: Buffer, from: number, to: number): number {
    // "HTTP/1.1 200 " is 13 bytes; less of it says nothing yet, unless it is something else already.
    if (to - from < 13) {
      const seen = latin1(bytes, from, to);
      const possible = /^HTTP\/1\.[01] [1-5][0-9][0-9] $/.test(seen + "HTTP/1.1 200 ".slice(seen.length));
      if (!possible) throw new MessageRefused(502, "not the beginning of an HTTP/1.1 response");
      return INCOMPLETE;
    }
    const minor = bytes[from + 7]! - 0x30;
    const hundreds = bytes[from + 9]! - 0x30;
    const tens = bytes[from + 10]! - 0x30;
    const ones = bytes[from + 11]! - 0x30;
    if (
      bytes.readUInt32BE(from) !== 0x48545450 ||
      bytes.readUInt16BE(from + 4) !== 0x2f31 ||
      bytes[from + 6] !== 0x2e ||
      (minor !== 0 && minor !== 1) ||
      bytes[from + 8] !== SPACE ||
      !(hundreds >= 1 && hundreds <= 5 && tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9) ||
      bytes[from + 12] !== SPACE
    ) {
      throw new MessageRefused(502, "not the status line of HTTP/1.1");
    }
    let at = from + 13;
    while (at < to && FIELD_VALUE[bytes[at]!] === 1) at++;
    if (at - from > MAX_FIELD_LINE) throw new MessageRefused(502, "the status line is too long");
    if (at < to && bytes[at] !== CR) throw new MessageRefused(502, "the reason has a control character");
    if (at + 1 >= to) return INCOMPLETE;
    if (bytes[at + 1] !== LF) throw new MessageRefused(502, "a CR without LF");
    this.old = minor === 0;
    this.status = hundreds * 100 + tens * 10 + ones;
    return at + 2;
  }
  protected override conclude(): void {
    if (this.old && this.fields.chunked) throw new MessageRefused(502, "Transfer-Encoding in HTTP/1.0");
  }
}
