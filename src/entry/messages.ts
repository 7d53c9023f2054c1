import { z } from "zod";
import { configurationSchema, targetSchema } from "./configuration.ts";
import type { ListenerAddress } from "./listener.ts";
import type { Metrics } from "./metrics.ts";

/**
 * What a supervisor says to the load balancer's process, over Node's IPC. Answers come in the same order:
 * "configure" → "listening" then "configured"; "targets" → "configured"; "metrics" → "metrics";
 * "stop" → the process ends with 0. Whatever cannot be done is answered by "failed" and changes nothing.
 */
export const toBalancerSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("configure"), configuration: configurationSchema }),
  /** All targets of the group, in any order. */
  z.strictObject({ kind: z.literal("targets"), group: z.string(), targets: z.array(targetSchema) }),
  z.strictObject({ kind: z.literal("metrics") }),
  /** Requests in flight have `deadline` milliseconds to finish. */
  z.strictObject({ kind: z.literal("stop"), deadline: z.number().int().min(0) }),
]);

export type ToBalancer = z.input<typeof toBalancerSchema>;

export type FromBalancer =
  | { readonly kind: "listening"; readonly listeners: readonly ListenerAddress[] }
  | { readonly kind: "configured" }
  /** Unasked: a draining or missing target has no request in flight any more. */
  | { readonly kind: "drained"; readonly group: string; readonly target: string }
  | { readonly kind: "metrics"; readonly metrics: Metrics }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };
