import type { Outcome, Reason } from "../transactions/reasons.ts";
import type { Transaction } from "../transactions/transaction.ts";
import { hashRuleSet } from "./canonical.ts";
import { examine, type Examined } from "./check.ts";
import type { RuleSetDocument, WhenAway } from "./document.ts";
import type { CompiledRuleSet, Evaluation, RuleResult } from "./evaluation.ts";
import type { Facts } from "./facts.ts";
import type { Lookup } from "./language/compilation.ts";
import { fieldReader, type FieldReader } from "./language/fields.ts";
import { Frame, type Run, type Slot } from "./language/node.ts";
import { RuleSetInvalid } from "./problems.ts";
import { failureReason, outcomeOfSeverity, severity } from "./severity.ts";

const DEFAULT_SUBJECT = "debtor.account";

/**
 * Makes a rule set ready to run: expressions are parsed once, and what a hit leaves is made beforehand.
 *
 * @throws RuleSetInvalid with every problem, where the document cannot run
 */
export function compile(document: RuleSetDocument, version: number): CompiledRuleSet {
  const { rules: examined, lookups, problems } = examine(document);
  if (problems.length > 0) throw new RuleSetInvalid(problems);
  const rules = examined.map((each) => new Rule(each, lookups));
  const bands = (document.bands ?? []).map(({ from, outcome }) => [from, severity(outcome)] as const);

  return {
    version,
    hash: hashRuleSet(document),
    rules: rules.map(({ id }) => id),
    aggregates: lookups.flatMap(({ aggregate }) => aggregate ?? []),
    lists: [...new Set(lookups.flatMap(({ list }) => list ?? []))],
    evaluate(transaction, facts, timed) {
      const frame = new Frame(transaction, facts, lookups.length);
      const tally = new Tally();
      for (const rule of rules) {
        const began = timed === undefined ? 0 : performance.now();
        const answer = rule.ask(frame);
        timed?.(rule.id, performance.now() - began);
        if (answer !== false) rule.count(answer, frame, tally);
      }
      for (const [from, severity] of bands) if (tally.score >= from) tally.atLeast(severity);
      return tally.evaluation();
    },
  };
}

/** What the rules asked so far have come to. */
class Tally {
  score = 0;
  #severity = 0;
  readonly #results: RuleResult[] = [];
  readonly #reasons: Reason[] = [];

  atLeast(severity: number): void {
    if (severity > this.#severity) this.#severity = severity;
  }

  add(result: RuleResult, reason?: Reason): void {
    this.#results.push(result);
    if (reason) this.#reasons.push(reason);
  }

  evaluation(): Evaluation {
    return {
      outcome: outcomeOfSeverity(this.#severity),
      score: this.score,
      results: this.#results,
      reasons: this.#reasons,
    };
  }
}

/** The least outcome that a rule without an answer leaves. */
const AWAY_OUTCOMES: Readonly<Record<WhenAway, Outcome>> = {
  open: "approve",
  review: "review",
  closed: "decline",
};

/** A rule that is asked. */
class Rule {
  readonly id: string;
  readonly #rule: Examined["rule"];
  readonly #run: Run<boolean>;
  readonly #points: number;
  readonly #severity: number;
  readonly #subject: FieldReader;
  readonly #lookups: readonly (readonly [number, string])[];

  constructor({ rule, expression: { run, slots } }: Examined, lookups: readonly Lookup[]) {
    this.id = rule.id;
    this.#rule = rule;
    this.#run = run;
    this.#points = rule.score ?? 0;
    this.#severity = severity(rule.outcome ?? "approve");
    this.#subject = fieldReader(rule.subject ?? DEFAULT_SUBJECT) as FieldReader;
    this.#lookups = slots.map((slot) => [slot, lookups[slot]!.label]);
  }

  /** Whether it is a hit; undefined where it has no answer. */
  ask(frame: Frame): boolean | undefined {
    try {
      return this.#run(frame);
    } catch {
      // Expressions do not throw. Facts may, by a fault of their keeper: then they are away.
      return frame.fail("data_away");
    }
  }

  /** Counts a hit, or what the rule's mode makes of an answer that is not there. */
  count(answer: true | undefined, frame: Frame, tally: Tally): void {
    const values = this.#values(frame.slots);
    if (this.#isSnoozed(frame.transaction, frame.facts)) {
      tally.add({ rule: this.id, result: "snoozed", score: 0, values });
    } else if (answer) {
      tally.score += this.#points;
      tally.atLeast(this.#severity);
      tally.add({ rule: this.id, result: "hit", score: this.#points, values }, this.#rule.reason);
    } else {
      const { failure } = frame;
      const away = this.#rule.whenAway;
      tally.atLeast(severity(AWAY_OUTCOMES[away]));
      const reason = away === "open" ? undefined : failureReason(this.#rule, failure);
      tally.add({ rule: this.id, result: "error", score: 0, values, error: failure, away }, reason);
    }
  }

  #isSnoozed(transaction: Transaction, facts: Facts): boolean {
    const subject = this.#subject(transaction);
    if (subject === undefined) return false;
    try {
      return facts.isSnoozed(this.id, subject);
    } catch {
      return false;
    }
  }

  #values(slots: readonly Slot[]): RuleResult["values"] {
    const values: Record<string, string | number | boolean> = {};
    for (const [slot, label] of this.#lookups) tell(slots[slot], label, values);
    return values;
  }
}

/** Puts what a lookup gave among the values; nothing where it was not asked for. */
function tell(slot: Slot, label: string, values: Record<string, string | number | boolean>): void {
  if (slot === undefined) return;
  if (slot === null) values[label] = "away";
  else if (typeof slot === "boolean") values[label] = slot;
  else if (typeof slot === "bigint") values[label] = toJson(slot);
  else {
    const [best] = slot;
    values[label] = best?.score ?? 0;
    if (best === undefined) return;
    values[`${label}.name`] = best.name;
    values[`${label}.entry`] = best.entry;
  }
}

/** A number where it is exact, decimal text where it is not. */
function toJson(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}
