import type { Readable } from "node:stream";

/** Where files are kept: a folder, or a bucket of S3. Keys are the service's own, never what a client said. */
export interface Bucket {
  /**
   * Resolves once the whole object is durable. Where `content` fails nothing is kept, and its error is thrown.
   * Throws BucketUnavailable where the bucket failed.
   */
  put(key: string, content: AsyncIterable<Buffer>): Promise<void>;
  /** Throws BucketUnavailable, then or while it is read. */
  get(key: string): Promise<Readable>;
  /** Also where there is no such object. */
  delete(key: string): Promise<void>;
  close(): void;
}

/** The bucket did not take or give an object. */
export class BucketUnavailable extends Error {
  constructor(cause: unknown) {
    super("The bucket did not answer.", { cause });
  }
}
