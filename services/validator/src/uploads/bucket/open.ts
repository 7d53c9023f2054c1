import { fileURLToPath } from "node:url";

import type { Bucket } from "./bucket.ts";
import { openDirectory } from "./directory.ts";

/** Why this is not the address of a bucket; undefined where it is one. */
export function faultOfBucketUrl(address: string): string | undefined {
  const url = URL.parse(address);
  if (url?.protocol === "file:" && (url.host === "" || url.host === "localhost")) return undefined;
  if (url?.protocol === "s3:" && url.host !== "" && url.search === "") return undefined;
  return "must be a file:///folder or s3://bucket/prefix address";
}

/** The bucket of a `file:///folder` or `s3://bucket/prefix` address. */
export async function openBucket(address: string): Promise<Bucket> {
  const url = new URL(address);
  if (url.protocol === "file:") return openDirectory(fileURLToPath(url));
  // Read where it is used: the SDK takes tens of MiB.
  const { openS3 } = await import("./s3.ts");
  const prefix = url.pathname.replace(/^\//, "");
  return openS3(url.host, prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`);
}
