/** What the checks compare with. */
export interface Policy {
  /** Major units of whatever currency (no conversion): a higher amount is reviewed. */
  reviewLimit: bigint;
  /** Milliseconds that a creation time may lie after the receipt: clocks differ. */
  futureTolerance: number;
  /** Milliseconds that a creation time may lie before the receipt. */
  pastTolerance: number;
}

/** What a check knows beside the transaction. */
export interface CheckContext {
  policy: Policy;
  /** Milliseconds since 1970. */
  receivedAt: number;
}
