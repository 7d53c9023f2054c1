import {
  initialRotation,
  type RotationAction,
  type RotationEvent,
  type RotationState,
} from "#control/rotation/rotation-state.ts";
import { rotationLoop } from "#control/rotation/rotation.ts";
import { LoopRunner } from "../loop-runner.ts";
import type { SecretFile } from "../secrets.ts";
import type { EventLog } from "../event-log.ts";
import type { RotationStatus } from "../status.ts";
import {
  createPending,
  forgetPrevious,
  keptCredentials,
  makeCurrent,
  passwordsOf,
} from "./kept-credentials.ts";
import type { StoreCredentials } from "./store-credentials.ts";

interface RotatedStore {
  readonly store: string;
  readonly credentials: StoreCredentials;
  /** Milliseconds; null for only by hand. */
  readonly everyMs: number | null;
  readonly secrets: SecretFile;
  readonly events: EventLog;
  /** Returns when no client has credentials from before an instant, RFC 3339. */
  readonly renewClients: (since: string) => Promise<void>;
}

/** Steps that fail are tried again after a second, later after up to five minutes. */
const BACKOFF = { baseMs: 1_000, capMs: 300_000, resetAfterMs: 0 } as const;

/** Runs the rotation controller of one store. */
export class StoreRotation {
  readonly #parts: RotatedStore;
  readonly #loop: LoopRunner<RotationState, RotationEvent, RotationAction>;
  #work: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(parts: RotatedStore) {
    this.#parts = parts;
    const { store, credentials, everyMs, secrets } = parts;
    const { rotatedAt, ...kept } = keptCredentials(secrets, store, credentials.users[0] as string);
    const initial = initialRotation({
      ...kept,
      users: credentials.users,
      everyMs,
      backoff: BACKOFF,
      rotatedAt: rotatedAt === null ? null : Date.parse(rotatedAt) - performance.timeOrigin,
      now: performance.now(),
    });
    this.#loop = new LoopRunner(rotationLoop, initial, (action) => {
      this.#work = this.#perform(action);
    });
  }

  /** What is due is done from now on. */
  start(): void {
    this.#loop.feed({ kind: "tick" });
  }

  /** Begins to rotate, unless it does so already. */
  rotate(): RotationStatus {
    this.#loop.feed({ kind: "rotate" });
    return this.status();
  }

  schedule(everyMs: number | null): void {
    if (everyMs !== this.#loop.state.everyMs) this.#loop.feed({ kind: "schedule", everyMs });
  }

  /** Begins nothing any more; returns when what was under way is over. */
  async end(): Promise<void> {
    this.#ended = true;
    this.#loop.end();
    await this.#work;
  }

  status(): RotationStatus {
    const { everyMs, number, step, current, previous, failure, rotatedAt, dueAt } = this.#loop.state;
    return {
      store: this.#parts.store,
      everyMs,
      number,
      step,
      user: current.user,
      previousUser: previous?.user ?? null,
      failure,
      last: rotatedAt === null ? null : rfc3339(rotatedAt),
      next: dueAt === null ? null : rfc3339(dueAt),
    };
  }

  async #perform(action: RotationAction): Promise<void> {
    const { attempt } = action;
    try {
      await this.#do(action);
      this.#loop.feed({ kind: "done", attempt });
    } catch (error) {
      const reason = (error as Error).message;
      // What the end of the twin has broken off is no failure: the next `up` goes on with it.
      if (!this.#ended) this.#say("error", `could not rotate its credentials: ${action.kind}: ${reason}`);
      this.#loop.feed({ kind: "failed", attempt, reason });
    }
  }

  async #do({ kind, credentials }: RotationAction): Promise<void> {
    const { store, secrets, credentials: inStore, renewClients } = this.#parts;
    const { state } = this.#loop;
    const { pending, previous } = passwordsOf(secrets, store);
    const { user } = credentials;
    switch (kind) {
      case "create-secret":
        this.#say("info", `rotates its credentials: ${user} gets a new password`);
        return createPending(secrets, store, state);
      case "set-secret":
        return inStore.set(credentials, made(pending));
      case "test-secret":
        return inStore.test(credentials, made(pending));
      case "finish-secret":
        makeCurrent(secrets, store, state);
        return this.#say("info", `new credentials are current: its clients are restarted with them`);
      case "restart-clients":
        return renewClients(keptCredentials(secrets, store, user).rotatedAt ?? "");
      case "disable-old":
        await inStore.disable(credentials, previous);
        forgetPrevious(secrets, store, state);
        return this.#say(
          "info",
          `has rotated its credentials: no client uses the old ones, which are disabled`,
        );
    }
  }

  #say(level: "info" | "error", message: string): void {
    this.#parts.events.record(level, this.#parts.store, message);
  }
}

function made(password: string | null): string {
  if (password === null) throw new Error("there is no pending password");
  return password;
}

/** Controllers count from the start of the process. */
function rfc3339(instant: number): string {
  return new Date(performance.timeOrigin + instant).toISOString();
}
