import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { startS3, whyWithoutS3, withoutS3, type TestS3 } from "../../../test/s3.ts";
import { BucketUnavailable, type Bucket } from "./bucket.ts";
import { faultOfBucketUrl, openBucket } from "./open.ts";

interface Kind {
  bucket: Bucket;
  /** All that is kept, what is unfinished too. */
  kept(): Promise<string[]>;
}

const MIB = 1024 * 1024;

async function* content(bytes: Buffer, failure?: Error): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 64 * 1024) yield bytes.subarray(at, at + 64 * 1024);
  if (failure) throw failure;
}

/** What every bucket keeps to. */
function behaves(kind: () => Kind): void {
  test.each([0, 1, 20 * MIB + 1])("gives back the %i bytes that it took", async (length) => {
    const { bucket, kept } = kind();
    const bytes = randomBytes(length);
    await bucket.put("some-key", content(bytes));
    const read = createHash("sha256");
    for await (const chunk of await bucket.get("some-key")) read.update(chunk as Buffer);
    expect(read.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(await kept()).toEqual(["some-key"]);
    await bucket.delete("some-key");
    await bucket.delete("some-key");
    expect(await kept()).toEqual([]);
    const missing = bucket.get("some-key");
    await expect(missing).rejects.toBeInstanceOf(BucketUnavailable);
  });

  test.each([1, 20 * MIB])("keeps nothing of %i bytes whose rest does not come", async (length) => {
    const { bucket, kept } = kind();
    const failure = new Error("the sender has gone");
    await expect(bucket.put("broken", content(randomBytes(length), failure))).rejects.toBe(failure);
    expect(await kept()).toEqual([]);
  });
}

describe("a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "validator-bucket-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let bucket: Bucket;
  beforeAll(async () => {
    bucket = await openBucket(pathToFileURL(join(folder, "made when needed")).href);
  });

  behaves(() => ({ bucket, kept: async () => readdirSync(join(folder, "made when needed")) }));

  test("what a killed process has left is removed a day later", async () => {
    const [old, young] = [".old.unfinished", ".young.unfinished"].map((name) => join(folder, name)) as [
      string,
      string,
    ];
    for (const file of [old, young]) writeFileSync(file, "half");
    const yesterday = Date.now() / 1000 - 25 * 3600;
    utimesSync(old, yesterday, yesterday);
    const other = await openBucket(pathToFileURL(folder).href);
    await other.put("key", content(Buffer.alloc(1)));
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });

  test.each(["..", "../x", "a/b", ".hidden", "", "A", "x".repeat(65)])("%j is no key", async (key) => {
    await expect(bucket.put(key, content(Buffer.alloc(1)))).rejects.toBeInstanceOf(RangeError);
    await expect(bucket.get(key)).rejects.toBeInstanceOf(RangeError);
    await expect(bucket.delete(key)).rejects.toBeInstanceOf(RangeError);
  });
});

describe.skipIf(withoutS3)(`S3${whyWithoutS3}`, () => {
  let s3: TestS3;
  let client: S3Client;
  let bucket: Bucket;

  beforeAll(async () => {
    s3 = await startS3();
    for (const [name, value] of Object.entries(s3.environment)) vi.stubEnv(name, value);
    client = new S3Client();
    await client.send(new CreateBucketCommand({ Bucket: "files" }));
    bucket = await openBucket("s3://files/payments/in");
  }, 90_000);
  afterAll(async () => {
    bucket?.close();
    client?.destroy();
    vi.unstubAllEnvs();
    await s3?.stop();
  });

  behaves(() => ({
    bucket,
    async kept() {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: "files" }));
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: "files" }));
      const parts = Uploads.map(({ Key }) => `parts of ${Key}`);
      return [...Contents.map(({ Key }) => (Key ?? "").replace("payments/in/", "")), ...parts];
    },
  }));

  test("a bucket that is not there is away", async () => {
    const none = await openBucket("s3://none");
    await expect(none.put("key", content(Buffer.alloc(1)))).rejects.toBeInstanceOf(BucketUnavailable);
    none.close();
  });
});

test.each(["file:///var/lib/uploads", "s3://bucket", "s3://bucket/prefix"])("%s is a bucket", (address) => {
  expect(faultOfBucketUrl(address)).toBeUndefined();
});

test.each([
  "/var/lib/uploads",
  "file://host/share",
  "s3:///prefix",
  "https://bucket.s3.amazonaws.com",
  "s3://bucket?x=1",
])("%s is no bucket", (address) => {
  expect(faultOfBucketUrl(address)).toContain("must be");
});
