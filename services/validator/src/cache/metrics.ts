import type { Instruments } from "../observability/instruments.ts";
import type { CommandObserver } from "./cache.ts";

/** Told of what is asked of Redis, and of what it knew. */
export interface CacheObserver {
  command: CommandObserver;
  /** Figures of windows that rules ask for: those that Redis told, and those that could not be had. */
  figures(hits: number, misses: number): void;
}

/** Seconds: on one machine, in one zone, in another one, and late. */
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

export function meterCache({ counter, histogram }: Instruments): CacheObserver {
  const commands = histogram<"outcome">("validator_cache_seconds", "Commands and scripts of Redis.", SECONDS);
  const byOutcome = {
    answered: commands({ outcome: "answered" }),
    error: commands({ outcome: "error" }),
    away: commands({ outcome: "away" }),
  };
  const hit = counter("validator_cache_hits_total", "Figures of windows that Redis told.")({});
  const missed = counter(
    "validator_cache_misses_total",
    "Figures of windows that Redis could not tell: it was away or late, or the window is not complete.",
  )({});
  return {
    command: (milliseconds, outcome) => byOutcome[outcome].observe(milliseconds / 1000),
    figures(hits, misses) {
      hit.inc(hits);
      missed.inc(misses);
    },
  };
}
