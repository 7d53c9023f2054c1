import { Readable } from "node:stream";

import { DeleteObjectCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

import { BucketUnavailable, type Bucket } from "./bucket.ts";

/** Bytes of a part, and parts under way: their product is what an upload holds in memory. S3 takes 10,000 parts. */
const PART = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 4;

/** A bucket of S3. Region, credentials and, where it is not AWS's, the endpoint come from the environment as AWS names them. */
export function openS3(bucket: string, prefix: string): Bucket {
  const client = new S3Client({ maxAttempts: 5 });
  const place = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` });

  return {
    async put(key, content) {
      let failure: { readonly error: unknown } | undefined;
      async function* watched() {
        try {
          yield* content;
        } catch (error) {
          failure = { error };
          throw error;
        }
      }
      const upload = new Upload({
        client,
        params: { ...place(key), Body: Readable.from(watched(), { objectMode: false }) },
        partSize: PART,
        queueSize: PARTS_AT_ONCE,
        // Parts that are left behind cost money; what this does not reach, the bucket's lifecycle ends.
        leavePartsOnError: false,
      });
      try {
        await upload.done();
      } catch (error) {
        throw failure === undefined ? new BucketUnavailable(error) : failure.error;
      }
    },
    async get(key) {
      try {
        const { Body } = await client.send(new GetObjectCommand(place(key)));
        return Body as Readable;
      } catch (error) {
        throw new BucketUnavailable(error);
      }
    },
    async delete(key) {
      try {
        await client.send(new DeleteObjectCommand(place(key)));
      } catch (error) {
        throw new BucketUnavailable(error);
      }
    },
    close: () => client.destroy(),
  };
}
