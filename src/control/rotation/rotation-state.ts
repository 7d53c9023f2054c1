/** Rotation of a store's credentials: what is current, what is coming, and what may still be in use. */
import type { Backoff } from "../backoff.ts";
import type { Instant } from "../controller.ts";

/** Secrets Manager's four steps, and two that it leaves to whoever runs the clients. */
export type RotationStep =
  | "create-secret"
  | "set-secret"
  | "test-secret"
  | "finish-secret"
  | "restart-clients"
  | "disable-old";

/** A user and the number of its password; the password itself is nothing for a controller. */
export interface Credentials {
  readonly user: string;
  readonly version: number;
}

export interface RotationState {
  /** The users that take turns; a single one where a user may have two passwords. */
  readonly users: readonly string[];
  /** How often credentials change by themselves, in milliseconds; null for only by hand. */
  readonly everyMs: number | null;
  readonly backoff: Backoff;
  /** What clients that start get (AWSCURRENT). */
  readonly current: Credentials;
  /** What is to become current (AWSPENDING). It outlives failures: trying again sets the same password. */
  readonly pending: Credentials | null;
  /** What was current before, and works until no client uses it any more (AWSPREVIOUS). */
  readonly previous: Credentials | null;
  /** What is being done; null while nothing is. */
  readonly step: RotationStep | null;
  /** Counts rotations; what continues one after a failure is not a new one. */
  readonly number: number;
  /** Counts the steps that were begun: an answer to another one is late. */
  readonly attempt: number;
  /** Why the last step failed; null where it did not. */
  readonly failure: { readonly step: RotationStep; readonly reason: string } | null;
  /** How many steps have failed in a row. */
  readonly failures: number;
  /** When credentials became current last; null where they are the first ones. */
  readonly rotatedAt: Instant | null;
  /** When something is to be done by itself. */
  readonly dueAt: Instant | null;
  readonly asOf: Instant;
}

export type RotationEvent =
  /** Begin now, unless something is being done. */
  | { readonly kind: "rotate" }
  | { readonly kind: "schedule"; readonly everyMs: number | null }
  | { readonly kind: "done"; readonly attempt: number }
  | { readonly kind: "failed"; readonly attempt: number; readonly reason: string };

/** Do a step, which must be safe to repeat, and say `done` or `failed`. */
export interface RotationAction {
  readonly kind: RotationStep;
  readonly attempt: number;
  /** Of `restart-clients` those that clients are to use, of `disable-old` the old ones, else the pending ones. */
  readonly credentials: Credentials;
}

export function initialRotation(kept: {
  readonly users: readonly string[];
  readonly everyMs: number | null;
  readonly backoff: Backoff;
  readonly current: Credentials;
  readonly pending: Credentials | null;
  readonly previous: Credentials | null;
  readonly rotatedAt: Instant | null;
  readonly now: Instant;
}): RotationState {
  const { now, ...rest } = kept;
  // What was not brought to an end is continued at once.
  const unfinished = kept.previous !== null ? now : null;
  const scheduled = kept.everyMs === null ? null : (kept.rotatedAt ?? now) + kept.everyMs;
  return {
    ...rest,
    step: null,
    number: 0,
    attempt: 0,
    failure: null,
    failures: 0,
    dueAt: unfinished ?? scheduled,
    asOf: now,
  };
}
