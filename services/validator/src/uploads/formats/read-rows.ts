import { readCsv } from "./csv.ts";
import { readIso20022 } from "./iso20022.ts";
import { readNacha } from "./nacha.ts";
import { readNdjson } from "./ndjson.ts";
import type { Row, UploadFormat } from "./row.ts";
import { decodeUtf8 } from "./utf8.ts";

const READERS: Readonly<Record<UploadFormat, (text: AsyncIterable<string>) => AsyncGenerator<Row[]>>> = {
  csv: readCsv,
  ndjson: readNdjson,
  iso20022: readIso20022,
  nacha: readNacha,
};

/**
 * The rows of a file in order, a few hundred at a time; the next bytes are read when the last rows were taken. Throws
 * FileFault where the file is not what it should be, at its very end where only the end shows it.
 */
export function readRows(format: UploadFormat, bytes: AsyncIterable<Buffer>): AsyncGenerator<Row[]> {
  return READERS[format](decodeUtf8(inPieces(bytes)));
}

/** Bytes that are read together: what becomes of them is in use at the same time, and takes up to thirty times as much. */
const PIECE = 16 * 1024;

async function* inPieces(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    for (let start = 0; start < chunk.length; start += PIECE) yield chunk.subarray(start, start + PIECE);
  }
}
