import * as z from "zod";
import { Duration } from "../quantities/duration.ts";
import { storeBase } from "./parts.ts";

const StorageClass = z.enum([
  "standard-ia",
  "intelligent-tiering",
  "glacier-instant",
  "glacier",
  "deep-archive",
]);

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/Welcome.html */
export const Bucket = z.strictObject({
  kind: z.literal("bucket"),
  ...storeBase,
  purpose: z.enum(["site", "logs", "backups", "uploads", "metrics", "artifacts"]),
  /** Where it is, if not in the architecture's own region: a bucket that another one is copied to. */
  region: z.string().min(1).optional(),
  versioned: z.boolean().default(false),
  /** Objects move to a cheaper class when they are this old. */
  lifecycle: z.array(z.strictObject({ after: Duration, to: StorageClass })).default([]),
  /** Objects are deleted when they are this old. */
  expireAfter: Duration.optional(),
  accessLogs: z.boolean().default(false),
  copyTo: z.strictObject({ region: z.string().min(1) }).optional(),
});
