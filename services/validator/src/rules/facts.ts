import type { Aggregates } from "../velocity/aggregate.ts";

/** A name on a sanctions list that is like the one asked for. */
export interface ScreeningMatch {
  /** The entry's list and its number there, such as `OFAC 2674`. */
  readonly entry: string;
  /** The name or alias that matched. */
  readonly name: string;
  /** 0 to 100. */
  readonly score: number;
}

/**
 * All that a decision knows beside the transaction. Everything asked of it is recorded with the decision, so that the
 * decision can be replayed. Undefined means that the data is away; the rule's declared mode then decides.
 */
export interface Facts {
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly aggregates: Aggregates;
  /** Whether the value list `list` holds `value`. */
  isListed(list: string, value: string): boolean | undefined;
  /** Matches of a name, best first; empty where there is none, and for matches that were cleared (whitelisted). */
  screen(name: string): readonly ScreeningMatch[] | undefined;
  /** Whether `rule` is muted for `subject` at `receivedAt`. */
  isSnoozed(rule: string, subject: string): boolean;
}
