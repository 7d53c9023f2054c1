import * as z from "zod";
import { BlockStorage, databaseBase } from "./parts.ts";

/** https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_PostgreSQL.html and …/AuroraUserGuide/CHAP_AuroraOverview.html */
export const Postgresql = z.strictObject({
  kind: z.literal("postgresql"),
  ...databaseBase,
  /** RDS runs it on one instance and a standby; Aurora on a cluster over shared storage. */
  engine: z.enum(["rds", "aurora"]).default("rds"),
  version: z.string().regex(/^\d{2}(\.\d{1,2})?$/, 'a PostgreSQL version is expected, like "15.4"'),
  instance: z
    .string()
    .regex(/^db\.[a-z0-9]+\.[a-z0-9]+$/, 'an instance class is expected, like "db.t3.small"'),
  /** Aurora's storage grows by itself and is not declared. */
  storage: BlockStorage.optional(),
  logExports: z.array(z.enum(["postgresql", "upgrade"])).default([]),
});
