/** Milliseconds on the clock that whoever runs the controller injects; controllers never read one. */
export type Instant = number;

/** What a controller has become after an event, and what it asks to be done. */
export interface Step<State, Action> {
  readonly state: State;
  readonly actions: readonly Action[];
}

/**
 * A control loop as a pure state machine. The twin feeds it real events and carries out its actions
 * with real processes; the simulator does the same in virtual time.
 *
 * State is plain readonly data that survives JSON, so that it can be stored, shown and replayed; it
 * holds its own settings and the counters from which new names are made.
 */
export type Controller<State, Event, Action> = (
  state: State,
  event: Event,
  now: Instant,
) => Step<State, Action>;

/** The time that a controller asked for has come. A tick that comes early, or twice, changes nothing. */
export interface Tick {
  readonly kind: "tick";
}

/**
 * A controller together with its timer. No controller sets timers by actions: after every step its
 * runner asks `nextWake`, and feeds a tick once the clock has reached that instant, unless another
 * event came first (then it asks again). A first tick sets the loop going. `null` means that only an event can change anything.
 * After a step at `now`, `nextWake` is always later than `now`, so that a loop cannot spin.
 */
export interface ControlLoop<State, Event, Action> {
  readonly step: Controller<State, Event | Tick, Action>;
  readonly nextWake: (state: State) => Instant | null;
}

/** One thing that a controller sees to whenever anything has happened. */
export type Rule<State, Action> = (state: State, now: Instant) => Step<State, Action>;

/** Applies rules one after the other, each to the state that the one before it left. */
export function applyRules<State, Action>(
  start: Step<State, Action>,
  now: Instant,
  rules: readonly Rule<State, Action>[],
): Step<State, Action> {
  let { state } = start;
  const actions = [...start.actions];
  for (const rule of rules) {
    const step = rule(state, now);
    state = step.state;
    actions.push(...step.actions);
  }
  return { state, actions };
}

/** The earliest deadline that is later than `now`, or null when there is none. */
export function earliestAfter(now: Instant, deadlines: readonly (Instant | null)[]): Instant | null {
  let earliest: Instant | null = null;
  for (const deadline of deadlines) {
    if (deadline === null || deadline <= now) continue;
    if (earliest === null || deadline < earliest) earliest = deadline;
  }
  return earliest;
}
