import type { AggregateDefinition, Aggregates, Observation } from "./aggregate.ts";

/** What the windows said of one transaction. */
export interface Observed {
  /** Empty where Redis is away or was not fast enough; figures whose windows are not complete are not in it. */
  readonly aggregates: Aggregates;
  /** Whether the transaction is in the windows now. Where it is not, its row says so, and it is added later. */
  readonly observed: boolean;
  /** Somebody else decides this request; their decision is to be waited for. The transaction was not observed. */
  readonly claimedElsewhere: boolean;
}

/** The velocity windows as decisions use them. */
export interface Velocity {
  /**
   * Adds a transaction to its windows and tells its figures. With `claim`, first claims the request: of all replicas
   * that try at once, one is not told `claimedElsewhere`. Never fails; answers within the time-out.
   */
  observe(observation: Observation, claim: boolean): Promise<Observed>;
  /** What the rule sets ask for from now on, live and shadows: definitions with the same id are the same. */
  define(definitions: readonly AggregateDefinition[]): void;
}
