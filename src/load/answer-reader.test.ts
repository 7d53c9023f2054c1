import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerReader } from "./answer-reader.ts";

/** Reads an answer that comes in pieces; null where it never ends. */
function read(answer: string, cuts: readonly number[] = []): { status: number | null; closes: boolean } {
  const reader = new AnswerReader();
  const at = [0, ...cuts.map((cut) => cut % answer.length).sort((a, b) => a - b), answer.length];
  let status: number | null = null;
  for (const [index, from] of at.slice(0, -1).entries()) {
    // Nothing may be whole before its last byte is there.
    expect(status).toBeNull();
    const piece = answer.slice(from, at[index + 1]);
    if (piece !== "") status = reader.read(piece);
  }
  return { status: status ?? reader.end(), closes: reader.closes };
}

const ANSWERS = {
  "with a length": "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nx: y\r\n\r\nhello",
  "with no body": "HTTP/1.1 200 OK\r\ncontent-length:0\r\n\r\n",
  "in chunks":
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n0\r\n\r\n3\r\n0\r\n\r\n0\r\n\r\n",
  "in chunks with a trailer":
    "HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\nA\r\n0123456789\r\n0\r\na: b\r\n\r\n",
  "after an interim one":
    "HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n!",
} as const;

describe("an answer", () => {
  it.each(Object.entries(ANSWERS))("%s ends with its last byte, however it is cut", (_, answer) => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 6 }), (cuts) => {
        expect(read(answer, cuts)).toEqual({ status: 200, closes: false });
      }),
    );
    expect(read(answer.slice(0, -1)).status).toBeNull();
  });

  it("that has neither length nor chunks ends with the connection", () => {
    expect(read("HTTP/1.1 502 Bad Gateway\r\n\r\nsorry")).toEqual({ status: 502, closes: true });
  });

  it("to which nothing can be added ends with its head", () => {
    expect(read("HTTP/1.1 204 No Content\r\n\r\n").status).toBe(204);
    expect(read("HTTP/1.1 304 Not Modified\r\ncontent-length: 7\r\n\r\n").status).toBe(304);
  });

  it("may be the last on its connection", () => {
    expect(read("HTTP/1.1 200 OK\r\nConnection: close\r\ncontent-length: 0\r\n\r\n").closes).toBe(true);
    expect(read("HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n").closes).toBe(true);
  });
});
