import type { CompiledRuleSet } from "../rules/evaluation.ts";
import type { AggregateDefinition, Aggregates, Observation } from "../velocity/aggregate.ts";
import { createMemoryWindows } from "../velocity/memory.ts";
import { BacktestFailure } from "./failure.ts";

/**
 * The definitions whose figures are not recorded with every decision, because one of the versions that decided did not
 * ask for them; all, where it is not known what decided.
 */
export function definitionsToCompute(
  { aggregates }: CompiledRuleSet,
  deciding: readonly (ReadonlySet<string> | undefined)[],
): readonly AggregateDefinition[] {
  if (deciding.length === 0) return aggregates;
  return aggregates.filter(({ id }) => deciding.some((asked) => !asked?.has(id)));
}

/** Milliseconds of the longest window; 0 without any. */
export function longestWindow(definitions: readonly AggregateDefinition[]): number {
  return Math.max(0, ...definitions.map(({ window }) => window));
}

/** Entries that may come in between two looks at how many there are. */
const UNWATCHED = 50_000;

/** Windows in memory that hold at most `most` entries, or little more. Throws BacktestFailure where it were more. */
export function createBoundedWindows(
  definitions: readonly AggregateDefinition[],
  most: number,
): (observation: Observation) => Aggregates {
  const windows = createMemoryWindows(definitions);
  const pause = Math.ceil(Math.min(UNWATCHED, most) / Math.max(1, definitions.length));
  let sinceLook = 0;
  let newest = 0;

  return (observation) => {
    const figures = windows.observe(observation);
    newest = Math.max(newest, observation.at);
    if (++sinceLook < pause) return figures;
    sinceLook = 0;
    windows.forget(newest);
    if (windows.size > most) {
      throw new BacktestFailure(
        "windows_too_large",
        `shorten the windows that are new, or raise it from ${most}`,
      );
    }
    return figures;
  };
}
