/**
 * Where a figure comes from. `measured`: seen on a twin; `simulated`: the same controllers in virtual time, with the
 * provider's timings as inputs; `computed`: follows from the architecture, from dated facts and prices; `documented`: AWS
 * says so. They are never mixed in one figure.
 */
export type Source = "measured" | "simulated" | "computed" | "documented";

/** No samples is inconclusive, and never a pass. */
export type Verdict = "holds" | "fails" | "inconclusive";

/** What a figure is counted in. `dollars`: US dollars a month. */
export type Unit =
  | "milliseconds"
  | "seconds"
  | "dollars"
  | "percent"
  | "count"
  | "per-second"
  | "bytes-per-second"
  | "bytes";

/** The median of an even count is the mean of the two in the middle. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** A page that says it, and the day on which it did. */
export interface Reference {
  readonly page: string;
  /** `2026-11-21`. */
  readonly asOf: string;
}

/** What would make a claim true. */
export interface Remedy {
  /** A sentence that begins with a verb: "Add a reader to stores.database, so that …". */
  readonly says: string;
  /**
   * The same as settings of the resolved architecture, by path: `{ "stores.database.readReplicas": 1 }`. What it costs is
   * the difference of the two bills. Absent where the model has no setting for it.
   */
  readonly set?: Readonly<Record<string, unknown>>;
}

/** What one check found about an architecture, before it is bound to an objective and to the document's words. */
export interface Finding {
  /** The kind of check, the same for all architectures: `single-point`, `connection-budget`. */
  readonly check: string;
  /** The part or setting that it is about, as a path of the resolved architecture: `stores.cache`. */
  readonly part: string;
  readonly verdict: Verdict;
  /** What was found, in `unit`; null where there is no number to it. */
  readonly figure: number | null;
  /** What it is held against, in `unit`; null where there is none. */
  readonly limit: number | null;
  readonly unit: Unit | null;
  /** One to three sentences with the figures in them: what is so, and why that is right or wrong. */
  readonly says: string;
  /** Null where nothing has to be done. */
  readonly remedy: Remedy | null;
  readonly references: readonly Reference[];
}
