import type { Balancer } from "../balancer.ts";
import type { Parts } from "../parts.ts";
import type { TwinContext } from "../twin-context.ts";

/** What faults are put into. */
export interface FaultTools {
  /** The fault's id; what is told of it to others bears this name. */
  readonly fault: string;
  readonly context: TwinContext;
  readonly parts: Parts;
  readonly balancer: Balancer;
  /** Aborted when the twin is being stopped. */
  readonly signal: AbortSignal;
}

/** A fault that is about to be put in. */
export interface FaultPlan {
  /** What it befalls, by id. */
  readonly on: readonly string[];
  readonly description: string;
  /** Puts it in; returns when it is in force. */
  readonly begin: () => Promise<void>;
  /** Leaves everything as it was; null where there is nothing to heal. */
  readonly heal: (() => Promise<void>) | null;
  /** Settles when there is nothing to heal any more, because what was stopped has ended. */
  readonly ended?: Promise<void>;
}

/** `30 ms late`, or `30 to 50 ms late`. */
export function lateness({ delayMs, jitterMs }: { readonly delayMs: number; readonly jitterMs: number }) {
  return jitterMs === 0 ? `${delayMs} ms late` : `${delayMs} to ${delayMs + jitterMs} ms late`;
}
