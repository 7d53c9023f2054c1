/** What becomes of one more request of a caller. */
export interface Admission {
  readonly isAdmitted: boolean;
  /** Requests that were admitted in the window that ends now, this one with them. */
  readonly count: number;
  /** Milliseconds until the oldest of them leaves the window, and there is room for one more. */
  readonly freeIn: number;
}

/** How many requests are admitted in any span of time. */
export interface WindowSettings {
  readonly limit: number;
  /** Milliseconds. */
  readonly span: number;
}
