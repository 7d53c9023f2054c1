import type { ControlLoop, Tick } from "#control/controller.ts";

/** Node's timers take at most 2^31 - 1 ms; a later tick is asked for again. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** Runs one controller in real time: feeds it events and ticks, and has its actions carried out, one step at a time. */
export class LoopRunner<State, Event, Action> {
  readonly #loop: ControlLoop<State, Event, Action>;
  readonly #perform: (action: Action) => void;
  readonly #stepped: () => void;
  readonly #waiting: (Event | Tick)[] = [];
  #state: State;
  #stepping = false;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param stepped told after each event, when its actions have begun. */
  constructor(
    loop: ControlLoop<State, Event, Action>,
    initial: State,
    perform: (action: Action) => void,
    stepped: () => void = () => {},
  ) {
    this.#loop = loop;
    this.#state = initial;
    this.#perform = perform;
    this.#stepped = stepped;
  }

  get state(): State {
    return this.#state;
  }

  /** An action may feed events itself: they wait until the step that asked for it is over. */
  feed(event: Event | Tick): void {
    if (this.#ended) return;
    this.#waiting.push(event);
    if (this.#stepping) return;
    this.#stepping = true;
    try {
      for (let next = this.#waiting.shift(); next !== undefined && !this.#ended; next = this.#waiting.shift())
        this.#step(next);
    } finally {
      // An action that throws is a bug, and ends the twin in order: that needs a loop that goes on.
      this.#stepping = false;
      this.#setTimer();
    }
    this.#stepped();
  }

  #step(event: Event | Tick): void {
    const { state, actions } = this.#loop.step(this.#state, event, performance.now());
    this.#state = state;
    for (const action of actions) this.#perform(action);
  }

  /** No event counts any more. */
  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #setTimer(): void {
    clearTimeout(this.#timer);
    const at = this.#ended ? null : this.#loop.nextWake(this.#state);
    if (at === null) return;
    // Rounded up: a timer that fires a fraction too early would tick for nothing.
    const delay = Math.min(Math.max(0, Math.ceil(at - performance.now())), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.feed({ kind: "tick" }), delay);
  }
}
