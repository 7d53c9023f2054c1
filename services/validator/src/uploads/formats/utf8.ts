import { isUtf8 } from "node:buffer";

import { FileFault } from "./row.ts";

/** The text of a file, chunk by chunk, however its bytes are cut. Throws FileFault at the first byte that is not UTF-8. */
export async function* decodeUtf8(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new Utf8Decoder();
  for await (const chunk of bytes) {
    const text = decoder.write(chunk);
    if (text !== "") yield text;
  }
  decoder.end();
}

const BYTE_ORDER_MARK = "\uFEFF";
const REPLACEMENT = "\uFFFD";

class Utf8Decoder {
  /** Bytes of a character that the next chunk ends. */
  #rest: Buffer = Buffer.alloc(0);
  #line = 1;
  #column = 1;
  #isFirst = true;

  write(chunk: Buffer): string {
    const all = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = all.subarray(0, all.length - unfinished(all));
    if (!isUtf8(whole)) this.#refuse(whole);
    // A copy: the chunk's memory may be used again.
    this.#rest = Buffer.from(all.subarray(whole.length));
    let text = whole.toString("utf8");
    if (this.#isFirst && text !== "") {
      this.#isFirst = false;
      if (text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    }
    this.#advance(text);
    return text;
  }

  end(): void {
    if (this.#rest.length > 0) this.#refuse(this.#rest);
  }

  #refuse(bytes: Buffer): never {
    const text = bytes.toString("utf8");
    let offset = 0;
    let end = 0;
    // U+FFFD stands for what is not UTF-8, but may be in the file itself as well.
    for (; (end = text.indexOf(REPLACEMENT, end)) !== -1; end++) {
      offset = Buffer.byteLength(text.slice(0, end));
      if (bytes.toString("hex", offset, offset + 3) !== "efbfbd") break;
    }
    this.#advance(
      end === -1 ? text : text.slice(this.#isFirst && text.startsWith(BYTE_ORDER_MARK) ? 1 : 0, end),
    );
    const hex = bytes.toString("hex", offset, offset + 1);
    throw new FileFault("encoding_invalid", { line: this.#line, column: this.#column }, `0x${hex}`);
  }

  #advance(text: string): void {
    let after = 0;
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", after)) {
      this.#line++;
      this.#column = 1;
      after = at + 1;
    }
    this.#column += text.length - after;
  }
}

/** How many bytes at the end begin a character that is not ended there (RFC 3629, section 3). */
function unfinished(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return back < length ? back : 0;
    }
  }
  return 0;
}
