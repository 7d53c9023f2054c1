/** What a velocity rule asks for: a figure over the transactions that share a key, within a window that ends now. */
export interface AggregateDefinition {
  /** Made of the other members, so that one definition has one id in every rule set and on every replica. */
  readonly id: string;
  /** `average` is rounded down to a whole minor unit. */
  readonly function: "count" | "countDistinct" | "sum" | "average" | "maximum";
  /**
   * Milliseconds; the window of a transaction received at t is (t - window, t]. What a replica with a faster clock has
   * received later than t, and observed before, is in it as well.
   */
  readonly window: number;
  /** The field whose value is the key, such as `debtor.account`. A transaction without it is not counted: its figure is 0. */
  readonly key: string;
  /** The field of which `countDistinct` counts the values; null for the others, which are about the amount. */
  readonly of: string | null;
}

/**
 * What a transaction adds to the windows. `sum`, `average` and `maximum` are in minor units and kept apart by currency:
 * amounts of two currencies are never added.
 */
export interface Observation {
  /** The same for every attempt to decide one request: what is observed twice counts once, when it was first observed. */
  readonly member: string;
  /** Whole milliseconds since 1970, when the transaction was received. */
  readonly at: number;
  readonly amount: bigint;
  readonly currency: string;
  /** A field's value; undefined where the transaction does not have it. */
  readonly field: (path: string) => string | undefined;
}

/**
 * Figures by definition id, the observed transaction included. One that is not there could not be had: the rules that
 * ask for it follow their declared mode.
 */
export type Aggregates = ReadonlyMap<string, bigint>;
