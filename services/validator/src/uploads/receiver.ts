import { randomUUIDv7 } from "node:crypto";
import type { Readable } from "node:stream";

import type { FastifyBaseLogger } from "fastify";

import { invalidKey } from "../http/errors.ts";
import { Problem } from "../http/problems.ts";
import { readIdempotencyKey } from "../transactions/idempotency.ts";
import type { UploadActs } from "./acts.ts";
import { BucketUnavailable, type Bucket } from "./bucket/bucket.ts";
import type { UploadsConfig } from "./config.ts";
import { formatOfType } from "./formats/detect.ts";
import { receive, type Incoming, type Received } from "./receive.ts";
import type { Upload } from "./repository.ts";

export interface ReceiverParts {
  /** Undefined where no files are taken. */
  bucket: Bucket | undefined;
  acts: UploadActs;
  limits: UploadsConfig;
  log: FastifyBaseLogger;
  /** An upload waits to be validated. */
  onStored: (id: string) => void;
}

/** What a request says about its file. */
export interface UploadRequest {
  readonly actor: string;
  readonly name: string | null;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Readable;
}

export interface Receiver {
  /** Resolves once file and upload are durable. Throws Problem; then nothing is kept. */
  take(request: UploadRequest): Promise<{ upload: Upload; isReplay: boolean }>;
}

/** Takes files into the bucket, a few at a time. */
export function createReceiver({ bucket, acts, limits, log, onStored }: ReceiverParts): Receiver {
  let receiving = 0;

  async function keep(into: Bucket, { actor, name, headers, body }: UploadRequest) {
    const key = readKey(headers["idempotency-key"]);
    const incoming = { body, ...readHeaders(headers) };
    const id = randomUUIDv7();
    const received = await receiveInto(into, id, incoming);
    const { format, bytes, sha256 } = received;
    const wanted = { id, format, name, bytes, sha256: sha256.toString("hex"), key, uploadedBy: actor };
    let isKept = true;
    try {
      const stored = await acts.store(wanted);
      isKept = !stored.isReplay;
      if (isKept) onStored(id);
      return stored;
    } catch (error) {
      // Where the database did not answer, the upload may be stored nevertheless, and needs its file.
      isKept = !(error instanceof Problem);
      throw error;
    } finally {
      if (!isKept) await into.delete(id).catch(() => {});
    }
  }

  async function receiveInto(into: Bucket, id: string, incoming: Incoming): Promise<Received> {
    try {
      return await receive(into, id, incoming, limits);
    } catch (error) {
      if (!(error instanceof BucketUnavailable)) throw error;
      log.warn({ err: error.cause as Error }, "the bucket did not take a file");
      throw new Problem("bucket_unavailable");
    }
  }

  return {
    async take(request) {
      if (bucket === undefined) throw new Problem("uploads_not_configured");
      if (receiving >= limits.receivers) throw new Problem("too_many_uploads");
      receiving++;
      try {
        return await keep(bucket, request);
      } finally {
        receiving--;
      }
    },
  };
}

function readKey(header: unknown): string | null {
  if (header === undefined) return null;
  const key = readIdempotencyKey(String(header));
  if (key === undefined) throw invalidKey();
  return key;
}

function readHeaders(headers: UploadRequest["headers"]): Omit<Incoming, "body"> {
  const said = formatOfType(headers["content-type"] as string | undefined);
  if (said === undefined)
    throw unsupported("content-type", "must be a type of CSV, NDJSON or XML, or application/octet-stream");
  const encoding = String(headers["content-encoding"] ?? "identity").toLowerCase();
  if (encoding !== "identity" && encoding !== "gzip")
    throw unsupported("content-encoding", "must be gzip or left out");
  return { said, isGzip: encoding === "gzip", digest: readDigest(headers["content-digest"]) };
}

/** Of Content-Digest (RFC 9530, section 2); digests of other algorithms are not looked at. */
function readDigest(header: unknown): Buffer | undefined {
  if (header === undefined) return undefined;
  const found = /(?:^|,)\s*sha-256=:([A-Za-z0-9+/]{43}=):/.exec(String(header))?.[1];
  if (found !== undefined) return Buffer.from(found, "base64");
  const message = "must have a SHA-256 digest in its Content-Digest header: sha-256=:<base64>:";
  throw new Problem("invalid_request", [{ code: "wrong_format", message, pointer: "" }]);
}

function unsupported(code: string, message: string): Problem {
  return new Problem("unsupported_format", [
    { code: code.replace("-", "_"), message: `${code} ${message}`, pointer: "" },
  ]);
}
