import * as z from "zod";
import { BlockStorage, databaseBase } from "./parts.ts";

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_MySQL.html */
export const Mysql = z.strictObject({
  kind: z.literal("mysql"),
  ...databaseBase,
  version: z.string().regex(/^\d\.\d(\.\d+)?$/, 'a MySQL version is expected, like "8.0"'),
  instance: z
    .string()
    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, 'an instance class is expected, like "db.t3.small"'),
  storage: BlockStorage,
  logExports: z.array(z.enum(["audit", "error", "general", "slowquery"])).default([]),
});
