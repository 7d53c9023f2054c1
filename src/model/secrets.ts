import * as z from "zod";
import { StoreReference } from "./names.ts";
import { Duration } from "./quantities/duration.ts";

/** A secret that services read by name. https://docs.aws.amazon.com/secretsmanager/latest/userguide/intro.html */
export const Secret = z.strictObject({
  description: z.string().optional(),
  holds: z.array(z.enum(["username", "password", "host", "port", "name", "connection-string", "key"])).min(1),
  /** The store whose credentials these are; they are then made with it. */
  of: StoreReference.optional(),
  /** How often it changes by itself; absent: only by hand. */
  rotation: Duration.optional(),
});
