import * as z from "zod";
import { Bucket } from "./bucket.ts";
import { DocumentDb } from "./documentdb.ts";
import { Mysql } from "./mysql.ts";
import { Postgresql } from "./postgresql.ts";
import { Redis } from "./redis.ts";

/** Something stateful. */
export const Store = z.discriminatedUnion("kind", [Postgresql, Mysql, DocumentDb, Redis, Bucket]);

export type StoreKind = z.output<typeof Store>["kind"];

/** The port that clients of a store connect to; a bucket is reached by HTTPS. */
export const STORE_PORTS: Readonly<Record<StoreKind, number>> = {
  postgresql: 5432,
  mysql: 3306,
  documentdb: 27_017,
  redis: 6379,
  bucket: 443,
};
