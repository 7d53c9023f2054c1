import type { ControlLoop, Tick } from "#control/controller.ts";
import type { Kernel } from "../kernel/kernel.ts";

/**
 * Runs a controller in virtual time: one step at a time, and a tick when the instant has come that it asked for. What
 * `system` does besides, to find bugs in controllers, is left out here: thousands of runs have to take seconds.
 */
export class RunningLoop<State, Event, Action> {
  readonly #kernel: Kernel;
  readonly #loop: ControlLoop<State, Event, Action>;
  readonly #perform: (action: Action) => void;
  readonly #waiting: (Event | Tick)[] = [];
  #state: State;
  #isStepping = false;
  /** When the timer comes that counts. */
  #wakesAt: number | null = null;

  constructor(
    kernel: Kernel,
    loop: ControlLoop<State, Event, Action>,
    initial: State,
    perform: (action: Action) => void,
  ) {
    this.#kernel = kernel;
    this.#loop = loop;
    this.#state = initial;
    this.#perform = perform;
  }

  get state(): State {
    return this.#state;
  }

  /** What is said while a step is carried out waits until that step is over. */
  feed(event: Event | Tick): void {
    this.#waiting.push(event);
    if (this.#isStepping) return;
    this.#isStepping = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      const { state, actions } = this.#loop.step(this.#state, next, this.#kernel.now);
      this.#state = state;
      for (const action of actions) this.#perform(action);
    }
    this.#isStepping = false;
    this.#setTimer();
  }

  #setTimer(): void {
    const wake = this.#loop.nextWake(this.#state);
    if (wake === this.#wakesAt) return;
    this.#wakesAt = wake;
    if (wake !== null) this.#kernel.at(wake, this.#onTimer, wake);
  }

  readonly #onTimer = (time: number): void => {
    if (time !== this.#wakesAt) return;
    this.#wakesAt = null;
    this.feed({ kind: "tick" } as Tick);
  };
}
