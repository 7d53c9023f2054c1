import { isDeepStrictEqual } from "node:util";
import type { ControlLoop, Instant, Tick } from "#control/controller.ts";
import type { Supervised, Supervisor } from "./supervisor.ts";
import { must } from "./violation.ts";

interface Kind {
  readonly kind: string;
}

/** What a controller is connected to. */
export interface Connections<State, Event, Action> {
  readonly name: string;
  readonly initial: State;
  /** Carries out an action; what follows from it is told later, never at once, unless to another controller. */
  readonly perform: (action: Action) => void;
  /** Looks at the state after a step whose actions have been carried out. */
  readonly judge?: (state: State) => void;
  /** What the state says that is not so any more, or not yet, once the supervisor had lost track. */
  readonly lookAround?: (state: State, tell: (event: Event) => void) => void;
}

/**
 * Runs a controller in virtual time, as the twin's runner does in real time: one step at a time, a tick when the
 * instant has come for which it asked. Checks what holds for every controller: steps do not change the state before, the state
 * is plain data, and no wake is asked for in the past.
 */
export class SupervisedLoop<State, Event extends Kind, Action extends Kind> implements Supervised {
  readonly #supervisor: Supervisor;
  readonly #loop: ControlLoop<State, Event, Action>;
  readonly #connections: Connections<State, Event, Action>;
  readonly #waiting: (Event | Tick)[] = [];
  #state: State;
  #stepping = false;
  /** The kernel's time of the timer that counts; an earlier one that is still under way has been replaced. */
  #timerAt: number | null = null;
  #steps = 0;

  constructor(
    supervisor: Supervisor,
    loop: ControlLoop<State, Event, Action>,
    connections: Connections<State, Event, Action>,
  ) {
    this.#supervisor = supervisor;
    this.#loop = loop;
    this.#connections = connections;
    this.#state = deepFreeze(connections.initial);
    supervisor.supervise(this);
  }

  get state(): State {
    return this.#state;
  }

  /** An event that comes while a step is carried out waits until that step is over. */
  feed(event: Event | Tick): void {
    if (!this.#supervisor.isUp) return this.#supervisor.tell(() => this.feed(event));
    this.#waiting.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#step(next);
      // Who dies in a step forgets what it was told meanwhile.
      if (!this.#supervisor.isUp) this.#waiting.length = 0;
    }
    this.#stepping = false;
    this.wake();
  }

  wake(): void {
    const { kernel, skewMs } = this.#supervisor;
    const wake = this.#loop.nextWake(this.#state);
    if (wake === null) {
      this.#timerAt = null;
      return;
    }
    const at = Math.max(kernel.now, wake - skewMs);
    if (this.#timerAt !== null && this.#timerAt <= at && this.#timerAt >= kernel.now) return;
    this.#timerAt = at;
    kernel.at(at, this.#onTimer, at, 0);
  }

  reread(): void {
    const reread = JSON.parse(JSON.stringify(this.#state)) as State;
    must(
      isDeepStrictEqual(reread, this.#state),
      "plain state",
      () => `The state of ${this.#connections.name} is not plain data.`,
    );
    this.#state = deepFreeze(reread);
  }

  lookAround(): void {
    this.#connections.lookAround?.(this.#state, (event) => this.feed(event));
    this.feed({ kind: "tick" });
  }

  readonly #onTimer = (at: number, deferred: number): void => {
    if (this.#timerAt !== at) return;
    const { kernel, random, isUp, now } = this.#supervisor;
    // What falls on the same instant may come in either order.
    if (deferred === 0 && random.next() < 0.5) return kernel.at(at, this.#onTimer, at, 1);
    this.#timerAt = null;
    if (!isUp) return;
    const wake = this.#loop.nextWake(this.#state);
    if (wake !== null && wake <= now) this.feed({ kind: "tick" });
    else this.wake();
  };

  #step(event: Event | Tick): void {
    const { name, perform, judge } = this.#connections;
    const { trace, kernel, now } = this.#supervisor;
    if (event.kind !== "tick") trace.note(kernel.now, "event", name, event.kind, subjectOf(event));
    const step = this.#loop.step(this.#state, event, now);
    this.#steps += 1;
    this.#state = this.#steps % 8 === 0 ? deepFreeze(step.state) : step.state;
    for (const action of step.actions) {
      if (this.#supervisor.diesHere()) break;
      trace.note(kernel.now, "action", name, action.kind, subjectOf(action));
      perform(action);
    }
    this.#checkWake(event, now);
    if (this.#supervisor.isUp) judge?.(this.#state);
  }

  #checkWake(event: Event | Tick, now: Instant): void {
    const wake = this.#loop.nextWake(this.#state);
    must(
      wake === null || wake > now,
      "wake in the past",
      () => `After ${event.kind} ${this.#connections.name} asks to wake at ${wake}, and it is ${now}.`,
    );
  }
}

/** Whom an event or an action is about, as controllers call it. */
function subjectOf(event: object): string {
  const { id, node, target, primary, zone } = event as Readonly<Record<string, unknown>>;
  const subject = id ?? node ?? target ?? primary ?? zone;
  return typeof subject === "string" ? subject : "";
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
