import * as z from "zod";
import { databaseBase } from "./parts.ts";

/** https://docs.aws.amazon.com/documentdb/latest/developerguide/what-is.html */
export const DocumentDb = z.strictObject({
  kind: z.literal("documentdb"),
  ...databaseBase,
  version: z.string().regex(/^\d\.\d(\.\d+)?$/, 'a DocumentDB version is expected, like "5.0"'),
  instance: z
    .string()
    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, 'an instance class is expected, like "db.t3.medium"'),
  changeStreams: z.boolean().default(false),
  transactions: z.boolean().default(true),
  logExports: z.array(z.enum(["audit", "profiler"])).default([]),
});
