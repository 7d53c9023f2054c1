import type { CompiledRuleSet } from "../rules/evaluation.ts";
import type { Stamp } from "./changes.ts";
import type { SnoozeIndex } from "./snooze-index.ts";
import type { ValueList } from "./value-list.ts";

/** A version that this program cannot run: another version of the service has saved it. */
export interface Unrunnable {
  readonly version: number;
  readonly state: "live" | "shadow";
  readonly message: string;
}

/** Everything that rules decide by, as it was at one moment. Immutable: a new one takes its place as a whole. */
export interface RuleSnapshot {
  /** The last change that it holds. */
  readonly stamp: Stamp;
  readonly live: CompiledRuleSet;
  /** Evaluated beside the live one; they decide nothing. */
  readonly shadows: readonly CompiledRuleSet[];
  /** The lists that these name, as far as they exist. */
  readonly lists: ReadonlyMap<string, ValueList>;
  readonly snoozes: SnoozeIndex;
  /** Where the live one is among them, `live` is the last one that could be run. */
  readonly unrunnable: readonly Unrunnable[];
}

/** Whether a list holds a value, spelt exactly so; undefined where there is no such list. */
export function isListed(snapshot: RuleSnapshot, list: string, value: string): boolean | undefined {
  return snapshot.lists.get(list)?.has(value);
}

/** Whether `rule` is muted for `subject` at a time (milliseconds since 1970). */
export function isSnoozed(snapshot: RuleSnapshot, rule: string, subject: string, at: number): boolean {
  const until = snapshot.snoozes.get(rule)?.get(subject);
  return until !== undefined && at < until;
}
