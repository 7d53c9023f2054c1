import * as z from "zod";
import { PlumblineError } from "#model/errors.ts";

const common = {
  /**
   * What is broken, by a name that `status` shows: a replica (`api-1`), a service (one of its replicas), a store (its
   * primary), a store's node (`database-a`), a zone (`us-east-1a`), or `region`.
   */
  part: z.string().min(1),
  /** After how many milliseconds it heals by itself; never, unless given. */
  forMs: z.number().positive().max(86_400_000).optional(),
};

/** What `POST /v1/faults` takes. */
export const FaultRequest = z.discriminatedUnion("how", [
  /**
   * Ended by force (SIGKILL), as by a power cut. A replica or a node is replaced or started again at once, so there is
   * nothing to heal. In a zone or the region nothing runs or starts until it is healed.
   */
  z.strictObject({
    ...common,
    how: z.literal("kill"),
    /** The region only, whose stores lose their data: without it that is refused. */
    force: z.boolean().default(false),
  }),
  /** Stopped (SIGSTOP): it keeps its connections and answers nothing. Not for zones. */
  z.strictObject({ ...common, how: z.literal("hang") }),
  /** Nothing passes to it or from it; with `reset` connections are refused, and do not stay open. */
  z.strictObject({ ...common, how: z.literal("cut"), reset: z.boolean().default(false) }),
  /** What passes is late, in each direction, by the delay and up to the jitter more. Of a store: its writer endpoint. Of a service that others call: all their ways to it. */
  z.strictObject({
    ...common,
    how: z.literal("slow"),
    delayMs: z.number().nonnegative().max(60_000),
    jitterMs: z.number().nonnegative().max(60_000).default(0),
  }),
]);
export type FaultRequest = z.output<typeof FaultRequest>;

/** @throws PlumblineError BODY_UNREADABLE */
export function faultRequest(body: unknown): FaultRequest {
  const { data, error } = FaultRequest.safeParse(body);
  if (data) return data;
  const problems = error.issues.map(({ path, message }) => `${path.join(".") || "body"}: ${message}`);
  throw new PlumblineError(
    "BODY_UNREADABLE",
    `The body is not a fault: ${problems.join("; ")}.`,
    'Say what and how: {"part": "api-1", "how": "kill"}; also hang, cut, and slow with delayMs.',
  );
}
