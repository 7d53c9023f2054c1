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
 */
export type Controller<State, Event, Action> = (state: State, event: Event, now: Instant) => Step<State, Action>;
