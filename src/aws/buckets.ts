import type { Dated } from "./facts.ts";

/** Storage classes from the dearest to keep to the cheapest; a lifecycle moves objects down and never up. */
export const COLDNESS: Dated<readonly string[]> = {
  value: ["standard-ia", "intelligent-tiering", "glacier-instant", "glacier", "deep-archive"],
  page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
  asOf: "2025-05",
};

/** Days that an object is in S3 Standard before a lifecycle may move it to Standard-IA. */
export const STANDARD_IA_AFTER_DAYS: Dated<number> = {
  value: 30,
  page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
  asOf: "2025-05",
};

/** Days that each class is billed for at the least, however soon an object is deleted. */
export const SHORTEST_BILLED_DAYS: Dated<Readonly<Record<string, number>>> = {
  value: { "standard-ia": 30, "glacier-instant": 90, glacier: 90, "deep-archive": 180 },
  page: "https://aws.amazon.com/s3/storage-classes/",
  asOf: "2025-05",
};

/** Replication is between buckets that keep versions. */
export const REPLICATION_NEEDS_VERSIONS: Dated<true> = {
  value: true,
  page: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-requirements.html",
  asOf: "2025-05",
};
