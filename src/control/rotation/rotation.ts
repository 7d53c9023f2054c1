/**
 * Rotates credentials as Secrets Manager does with alternating users: create a new secret for the user whose turn it is,
 * set it in the store, test it, and make it current. The user that was current so far goes on working meanwhile.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets_strategies.html
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 *
 * Then the clients are restarted with what is current, and only when none uses the old credentials any more are these
 * disabled. No rotation begins before that: its user would be the one that clients may still use.
 *
 * A step that fails leaves what is current working. Before the new credentials are current nothing has changed for
 * anybody; after that both work. What is pending is kept, as createSecret keeps the version of its token: a store that
 * carries out an abandoned step late sets what is to be set anyway. It must not do so after a repetition has succeeded.
 */
import { backoffDelay } from "../backoff.ts";
import {
  type ControlLoop,
  type Controller,
  type Instant,
  type Step,
  type Tick,
  earliestAfter,
} from "../controller.ts";
import type {
  Credentials,
  RotationAction,
  RotationEvent,
  RotationState,
  RotationStep,
} from "./rotation-state.ts";

type Stepped = Step<RotationState, RotationAction>;

const step: Controller<RotationState, RotationEvent | Tick, RotationAction> = (before, event, now) => {
  const state = { ...before, asOf: now };
  switch (event.kind) {
    case "tick":
      return begin(state, now, false);
    case "rotate":
      return begin(state, now, true);
    case "schedule":
      return scheduled({ ...state, everyMs: event.everyMs }, now);
    case "done":
      return event.attempt === state.attempt && state.step !== null
        ? done(state, state.step, now)
        : only(state);
    case "failed":
      return event.attempt === state.attempt && state.step !== null
        ? only(failed(state, state.step, event.reason, now))
        : only(state);
  }
};

function nextWake({ step: busy, dueAt, asOf }: RotationState): Instant | null {
  return busy === null ? earliestAfter(asOf, [dueAt]) : null;
}

/** Rotates the credentials of one store. */
export const rotationLoop: ControlLoop<RotationState, RotationEvent, RotationAction> = { step, nextWake };

function begin(state: RotationState, now: Instant, asked: boolean): Stepped {
  const isDue = state.dueAt !== null && now >= state.dueAt;
  if (state.step !== null || !(asked || isDue)) return only(state);
  const number = asked || state.failure === null ? state.number + 1 : state.number;
  const next = { ...state, number, failure: null, dueAt: null };
  return state.previous === null
    ? take({ ...next, pending: pendingOf(state) }, "create-secret")
    : take(next, "restart-clients");
}

function done(state: RotationState, finished: RotationStep, now: Instant): Stepped {
  const well = { ...state, failures: 0 };
  switch (finished) {
    case "create-secret":
      return take(well, "set-secret");
    case "set-secret":
      return take(well, "test-secret");
    case "test-secret":
      return take(well, "finish-secret");
    case "finish-secret": {
      const current = pendingOf(state);
      return take(
        { ...well, current, pending: null, previous: state.current, rotatedAt: now },
        "restart-clients",
      );
    }
    case "restart-clients":
      return take(well, "disable-old");
    case "disable-old": {
      return scheduled({ ...well, previous: null, step: null }, now);
    }
  }
}

/** What has begun to take effect is tried again by itself; the rest where it is scheduled. */
function failed(state: RotationState, at: RotationStep, reason: string, now: Instant): RotationState {
  const failures = state.failures + 1;
  const retries = state.previous !== null || state.everyMs !== null;
  const dueAt = retries ? now + backoffDelay(failures + 1, state.backoff) : null;
  return { ...state, step: null, failure: { step: at, reason }, failures, dueAt };
}

/** Sets when it is due next; what is due now begins. What is still to be ended has its own time. */
function scheduled(state: RotationState, now: Instant): Stepped {
  const { everyMs, rotatedAt, previous, dueAt } = state;
  const next = everyMs === null ? null : (rotatedAt ?? now) + everyMs;
  return begin({ ...state, dueAt: previous === null ? next : dueAt }, now, false);
}

function take(state: RotationState, kind: RotationStep): Stepped {
  const attempt = state.attempt + 1;
  return {
    state: { ...state, step: kind, attempt },
    actions: [{ kind, attempt, credentials: concerned(state, kind) }],
  };
}

function concerned(state: RotationState, kind: RotationStep): Credentials {
  if (kind === "restart-clients") return state.current;
  return kind === "disable-old" ? (state.previous ?? state.current) : pendingOf(state);
}

/** The next password, of the user whose turn it is. */
function pendingOf({ users, current, pending }: RotationState): Credentials {
  const turn = (users.indexOf(current.user) + 1) % users.length;
  return pending ?? { user: users[turn] ?? current.user, version: current.version + 1 };
}

function only(state: RotationState): Stepped {
  return { state, actions: [] };
}
