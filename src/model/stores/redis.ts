import * as z from "zod";
import { Duration } from "../quantities/duration.ts";
import { Size } from "../quantities/size.ts";
import { ResourceSize } from "../services.ts";
import { storeBase } from "./parts.ts";

/** What the application keeps in Redis. */
const Purpose = z.enum(["sessions", "response-cache", "rate-limits", "queue", "pub-sub", "rules-cache"]);

/** https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/WhatIs.html */
export const Redis = z.strictObject({
  kind: z.literal("redis"),
  ...storeBase,
  hosting: z.enum(["managed", "pods"]).default("managed"),
  version: z.string().regex(/^\d(\.\d+)?$/, 'a Redis version is expected, like "7.1"'),
  /** A node type such as `cache.t3.micro`; for `managed` only. */
  instance: z
    .string()
    .regex(/^cache\.[a-z0-9]+\.[a-z0-9]+$/, 'a node type is expected, like "cache.t3.micro"')
    .optional(),
  /** A pod's requests and limits, and its volume; for `pods` only. */
  size: ResourceSize.optional(),
  limits: ResourceSize.optional(),
  volume: Size.optional(),
  /** A replica in a second zone that takes over by itself. */
  multiZone: z.boolean().default(false),
  readReplicas: z.int().min(0).max(5).default(0),
  purposes: z.array(Purpose).min(1),
  snapshots: z.strictObject({ every: Duration, retention: Duration.prefault("7d") }).optional(),
  appendOnlyFile: z.boolean().default(false),
});
