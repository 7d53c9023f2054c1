import { isDeepStrictEqual } from "node:util";
import type { ControlLoop, Instant } from "#control/controller.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A toy model of what a controller controls. */
export interface World<State, Event, Action> {
  readonly time: VirtualTime;
  readonly random: SeededRandom;
  /** Set by the simulation: tells the controller something. */
  emit: (event: Event) => void;
  /** Carries out an action; what follows from it is scheduled, never emitted at once. */
  perform(action: Action): void;
  /** Throws when something is so that must never be; called after every step of the controller. */
  check(state: State, now: Instant): void;
}

/**
 * Runs a controller against a toy world until `untilMs`, and checks after every step what holds for
 * every controller: the state is plain data, steps do not change it, and time goes on. Returns the
 * last state.
 */
export function simulate<State, Event extends { readonly kind: string }, Action>(
  loop: ControlLoop<State, Event, Action>,
  initial: State,
  world: World<State, Event, Action>,
  untilMs: Instant,
): State {
  const { time, random } = world;
  let state = deepFreeze(initial);
  let steps = 0;

  function feed(event: Event | { readonly kind: "tick" }): void {
    const step = loop.step(state, event, time.now);
    state = deepFreeze(step.state);
    steps += 1;
    // A supervisor that was restarted reads its state back from JSON: now and then this one is.
    if (steps % 16 === 0) {
      const reread = JSON.parse(JSON.stringify(state)) as State;
      if (!isDeepStrictEqual(reread, state))
        throw new Error(`The state after ${event.kind} is not plain data.`);
      state = deepFreeze(reread);
    }
    for (const action of step.actions) world.perform(action);
    const wake = loop.nextWake(state);
    if (wake !== null && wake <= time.now)
      throw new Error(`After ${event.kind} the controller asks to wake in the past.`);
    world.check(state, time.now);
  }

  world.emit = feed;
  feed({ kind: "tick" });
  for (;;) {
    const wake = loop.nextWake(state);
    const happening = time.nextAt();
    if (Math.min(wake ?? Infinity, happening ?? Infinity) > untilMs) return state;
    // What falls on the same instant may come in either order.
    const tickFirst =
      wake !== null &&
      (happening === null || wake < happening || (wake === happening && random.next() < 0.5));
    if (tickFirst) {
      time.now = wake;
      feed({ kind: "tick" });
    } else {
      time.runNext();
    }
  }
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
