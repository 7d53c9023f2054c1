/** What becomes of one more request of a caller. */
export interface Admission {
  readonly isAdmitted: boolean;
  /** Requests that were admitted in the window that ends now, this one with them. */
  readonly count: number;
  /** Milliseconds until the oldest of them leaves the window, and there is room for one more. */
  readonly freeIn: number;
}

/**
 * Counts requests in a window that slides: in no span of time as long as the window are more admitted than the limit.
 * A request that is not admitted does not count.
 */
export interface SlidingWindow {
  admit(caller: string): Admission | Promise<Admission>;
  forget(caller: string): void | Promise<void>;
}

export interface WindowSettings {
  readonly limit: number;
  /** Milliseconds. */
  readonly span: number;
}
