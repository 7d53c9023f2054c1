import { createHash } from "node:crypto";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";

import { within } from "../database/backoff.ts";
import { Problem, type ProblemCode } from "../http/problems.ts";
import type { Bucket } from "./bucket/bucket.ts";
import { DETECTABLE, detectFormat } from "./formats/detect.ts";
import { FileFault, type UploadFormat } from "./formats/row.ts";

export interface ReceiveLimits {
  /** Bytes of a file, after decompression. */
  readonly maxBytes: number;
  /** Times that a compressed file may grow. */
  readonly maxRatio: number;
  /** Milliseconds without a byte after which a sender is given up. */
  readonly idle: number;
}

export interface Incoming {
  readonly body: Readable;
  readonly isGzip: boolean;
  /** SHA-256 that the sent content must have. */
  readonly digest: Buffer | undefined;
  readonly said: UploadFormat | "unsaid";
}

export interface Received {
  readonly format: UploadFormat;
  readonly bytes: number;
  /** SHA-256 of the file, after decompression. */
  readonly sha256: Buffer;
}

/** Streams what is sent into the bucket, and keeps it only if it is whole and as it should be. Throws Problem. */
export async function receive(
  bucket: Bucket,
  key: string,
  { body, isGzip, digest, said }: Incoming,
  limits: ReceiveLimits,
): Promise<Received> {
  const sent = createHash("sha256");
  const file = isGzip ? createHash("sha256") : sent;
  let sentBytes = 0;
  let bytes = 0;
  let format: UploadFormat | undefined;

  async function* readSent(): AsyncGenerator<Buffer> {
    for await (const chunk of readUntilIdle(body, limits.idle)) {
      sentBytes += chunk.length;
      sent.update(chunk);
      yield chunk;
    }
  }

  async function* readFile(): AsyncGenerator<Buffer> {
    for await (const chunk of isGzip ? gunzip(readSent()) : readSent()) {
      bytes += chunk.length;
      if (bytes > limits.maxBytes) throw new Problem("body_too_large");
      // A small beginning may be very repetitive.
      if (bytes > RATIO_COUNTS && bytes > sentBytes * limits.maxRatio) {
        throw refused(
          "body_too_large",
          "compressed_too_well",
          `grows to more than ${limits.maxRatio} times its size`,
        );
      }
      if (isGzip) file.update(chunk);
      yield chunk;
    }
    // Before the bucket makes it durable.
    if (digest !== undefined && !digest.equals(sent.copy().digest())) throw new Problem("digest_mismatch");
  }

  async function* content(): AsyncGenerator<Buffer> {
    const beginning: Buffer[] = [];
    let length = 0;
    for await (const chunk of readFile()) {
      if (format === undefined) {
        beginning.push(chunk);
        length += chunk.length;
        if (length < DETECTABLE) continue;
      }
      format ??= detect(beginning, said);
      yield* beginning.length > 0 ? beginning.splice(0) : [chunk];
    }
    format ??= detect(beginning, said);
    yield* beginning;
  }

  await bucket.put(key, content());
  return { format: format as unknown as UploadFormat, bytes, sha256: file.digest() };
}

/** Bytes from which on the ratio of compression counts. */
const RATIO_COUNTS = 1024 * 1024;

/** Reads a request's body, and leaves its connection open for the answer wherever it stops. */
async function* readUntilIdle(body: Readable, idle: number): AsyncGenerator<Buffer> {
  const chunks = body.iterator({ destroyOnReturn: false });
  try {
    while (true) {
      const next = await within(idle, chunks.next().catch(brokenOff), () => new Problem("request_timeout"));
      if (next.done) return;
      yield next.value as Buffer;
    }
  } finally {
    // Not waited for: a sender that says nothing more would be waited for as well.
    void chunks.return?.();
  }
}

/** The sender has gone: nobody reads the answer, and it is no fault of this program. */
function brokenOff(): never {
  throw new Problem("malformed_request");
}

async function* gunzip(compressed: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const source = Readable.from(compressed);
  const plain = pipeline(source, createGunzip(), () => {});
  try {
    yield* plain as AsyncIterable<Buffer>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_")) throw error;
    throw refused(
      "content_malformed",
      "gzip_malformed",
      code === "Z_BUF_ERROR" ? "ends before its end" : "is not gzip",
    );
  } finally {
    source.destroy();
  }
}

function detect(beginning: readonly Buffer[], said: UploadFormat | "unsaid"): UploadFormat {
  try {
    return detectFormat(Buffer.concat(beginning), said);
  } catch (error) {
    if (!(error instanceof FileFault)) throw error;
    throw refused("unsupported_format", error.code, error.message);
  }
}

function refused(problem: ProblemCode, code: string, message: string): Problem {
  return new Problem(problem, [{ code, message, pointer: "" }]);
}
