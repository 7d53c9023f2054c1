import type { FailureCode } from "./failure.ts";
import type { Backtest } from "./repository.ts";

const iso = (date: Date | null) => date && date.toISOString();

export function backtestBody(backtest: Backtest, now: number) {
  const { id, state, version, hash, sample, requestedBy, failureCode, failure, done, total, rate } = backtest;
  return {
    id,
    state,
    ruleSet: { version, hash },
    from: backtest.from.toISOString(),
    to: backtest.to.toISOString(),
    sample,
    requestedBy,
    requestedAt: backtest.requestedAt.toISOString(),
    startedAt: iso(backtest.startedAt),
    endedAt: iso(backtest.endedAt),
    progress: { done, total, rate: rate && Math.round(rate), estimatedEnd: estimatedEnd(backtest, now) },
    failure: failure === null ? null : { code: failureCode as FailureCode, message: failure },
  };
}

function estimatedEnd({ state, done, total, rate }: Backtest, now: number): string | null {
  if (state !== "running" || total === null || !rate) return null;
  return new Date(now + ((total - done) / rate) * 1000).toISOString();
}
