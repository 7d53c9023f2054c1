/** Why a backtest cannot go on, here or elsewhere; the message says what to do. */
export const FAILURES = {
  windows_too_large: "its windows hold more transactions than BACKTEST_WINDOW_ENTRIES allows",
  rule_set_unrunnable: "its rule set cannot be run by this version of the service",
  gave_up: "it was taken up several times, and ended each time before it came any further",
} as const;
export type FailureCode = keyof typeof FAILURES;

export class BacktestFailure extends Error {
  readonly code: FailureCode;

  constructor(code: FailureCode, advice: string) {
    super(`${FAILURES[code]}: ${advice}`);
    this.code = code;
  }
}
