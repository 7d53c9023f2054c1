import type { Outcome } from "../transactions/reasons.ts";
import type { Comparison, InputKind, Obstacle, Origin } from "./comparison.ts";
import { Examples } from "./examples.ts";
import { Scores, type ScoreState } from "./scores.ts";

interface CellState {
  was: Outcome;
  wouldBe: Outcome;
  count: number;
  /** Decimal text of minor units by currency. */
  amounts: Record<string, string>;
  examples: string[];
}

/** Results of a rule in one of the two rule sets. */
export interface RuleCounts {
  hit: number;
  error: number;
  snoozed: number;
}

interface RuleState {
  was: RuleCounts;
  wouldBe: RuleCounts;
  newlyHit: number;
  noLongerHit: number;
  /** Transactions that it hit or would hit, and those of them whose outcome is another one. */
  concerned: number;
  changed: number;
  newlyHitExamples: string[];
  noLongerHitExamples: string[];
}

/** An accumulation as JSON: a checkpoint, and what a report is made of. */
export interface AccumulationState {
  evaluated: number;
  cells: CellState[];
  rules: [rule: string, RuleState][];
  scores: ScoreState;
  decidedBy: [version: number, count: number][];
  obstacles: [Obstacle, count: number, examples: string[]][];
  inputs: [InputKind, name: string, Record<Origin, number>][];
}

interface Cell {
  readonly was: Outcome;
  readonly wouldBe: Outcome;
  count: number;
  readonly amounts: Map<string, bigint>;
  readonly examples: Examples;
}

interface RuleTally extends Omit<RuleState, "newlyHitExamples" | "noLongerHitExamples"> {
  readonly newlyHitExamples: Examples;
  readonly noLongerHitExamples: Examples;
}

/**
 * What comparisons add up to, in memory that does not grow with their number. Their order does not matter, and one that
 * was stored (`toJSON`) goes on as if it had never been away.
 */
export class Accumulation {
  #evaluated: number;
  readonly #cells = new Map<string, Cell>();
  readonly #rules = new Map<string, RuleTally>();
  readonly #scores: Scores;
  readonly #decidedBy: Map<number, number>;
  readonly #obstacles: Map<Obstacle, { count: number; examples: Examples }>;
  readonly #inputs = new Map<InputKind, Map<string, Record<Origin, number>>>();

  constructor(state?: AccumulationState) {
    this.#evaluated = state?.evaluated ?? 0;
    for (const { amounts, examples, ...rest } of state?.cells ?? []) {
      const sums = new Map(Object.entries(amounts).map(([currency, sum]) => [currency, BigInt(sum)]));
      const cell = { ...rest, amounts: sums, examples: new Examples(examples) };
      this.#cells.set(`${cell.was} ${cell.wouldBe}`, cell);
    }
    for (const [rule, { newlyHitExamples, noLongerHitExamples, was, wouldBe, ...counts }] of state?.rules ??
      []) {
      this.#rules.set(rule, {
        ...counts,
        was: { ...was },
        wouldBe: { ...wouldBe },
        newlyHitExamples: new Examples(newlyHitExamples),
        noLongerHitExamples: new Examples(noLongerHitExamples),
      });
    }
    this.#scores = new Scores(state?.scores);
    this.#decidedBy = new Map(state?.decidedBy);
    this.#obstacles = new Map(
      state?.obstacles.map(([obstacle, count, examples]) => [
        obstacle,
        { count, examples: new Examples(examples) },
      ]),
    );
    for (const [kind, name, origins] of state?.inputs ?? []) Object.assign(this.#input(kind, name), origins);
  }

  add(comparison: Comparison): void {
    const { id, amount, currency, decidedBy, was, wouldBe } = comparison;
    const isChanged = was.outcome !== wouldBe.outcome;
    this.#evaluated++;
    this.#decidedBy.set(decidedBy, (this.#decidedBy.get(decidedBy) ?? 0) + 1);
    this.#scores.add(was.score, wouldBe.score);
    const cell = this.#cell(was.outcome, wouldBe.outcome);
    cell.count++;
    cell.amounts.set(currency, (cell.amounts.get(currency) ?? 0n) + amount);
    if (isChanged) cell.examples.add(id);
    this.#addRules(comparison, isChanged);
  }

  #addRules({ id, was, wouldBe }: Comparison, isChanged: boolean): void {
    for (const { rule, result } of was.results) {
      if (result === "no_hit") continue;
      const tally = this.#rule(rule);
      tally.was[result]++;
      if (result !== "hit") continue;
      tally.concerned++;
      if (isChanged) tally.changed++;
      if (isHit(wouldBe, rule)) continue;
      tally.noLongerHit++;
      tally.noLongerHitExamples.add(id);
    }
    for (const { rule, result } of wouldBe.results) {
      if (result === "no_hit") continue;
      const tally = this.#rule(rule);
      tally.wouldBe[result]++;
      if (result !== "hit" || isHit(was, rule)) continue;
      tally.concerned++;
      if (isChanged) tally.changed++;
      tally.newlyHit++;
      tally.newlyHitExamples.add(id);
    }
  }

  /** A transaction that could not be evaluated. */
  leaveOut(id: string, obstacle: Obstacle): void {
    let left = this.#obstacles.get(obstacle);
    if (left === undefined) this.#obstacles.set(obstacle, (left = { count: 0, examples: new Examples() }));
    left.count++;
    left.examples.add(id);
  }

  /** An evaluation was told something; of windows and lists the name is the definition's or the list's. */
  asked(kind: InputKind, name: string, origin: Origin): void {
    this.#input(kind, name)[origin]++;
  }

  #cell(was: Outcome, wouldBe: Outcome): Cell {
    const key = `${was} ${wouldBe}`;
    let cell = this.#cells.get(key);
    if (cell === undefined) {
      this.#cells.set(key, (cell = { was, wouldBe, count: 0, amounts: new Map(), examples: new Examples() }));
    }
    return cell;
  }

  #rule(rule: string): RuleTally {
    let tally = this.#rules.get(rule);
    if (tally === undefined) {
      tally = {
        was: { hit: 0, error: 0, snoozed: 0 },
        wouldBe: { hit: 0, error: 0, snoozed: 0 },
        newlyHit: 0,
        noLongerHit: 0,
        concerned: 0,
        changed: 0,
        newlyHitExamples: new Examples(),
        noLongerHitExamples: new Examples(),
      };
      this.#rules.set(rule, tally);
    }
    return tally;
  }

  #input(kind: InputKind, name: string): Record<Origin, number> {
    let names = this.#inputs.get(kind);
    if (names === undefined) this.#inputs.set(kind, (names = new Map()));
    let origins = names.get(name);
    if (origins === undefined) names.set(name, (origins = { recorded: 0, recomputed: 0, away: 0 }));
    return origins;
  }

  toJSON(): AccumulationState {
    return {
      evaluated: this.#evaluated,
      cells: [...this.#cells.values()].map((cell) => ({
        ...cell,
        amounts: Object.fromEntries([...cell.amounts].map(([currency, sum]) => [currency, sum.toString()])),
        examples: cell.examples.toJSON(),
      })),
      rules: [...this.#rules].map(([rule, tally]) => [
        rule,
        {
          ...tally,
          newlyHitExamples: tally.newlyHitExamples.toJSON(),
          noLongerHitExamples: tally.noLongerHitExamples.toJSON(),
        },
      ]),
      scores: this.#scores.toJSON(),
      decidedBy: [...this.#decidedBy],
      obstacles: [...this.#obstacles].map(([obstacle, { count, examples }]) => [
        obstacle,
        count,
        examples.toJSON(),
      ]),
      inputs: [...this.#inputs].flatMap(([kind, names]) =>
        [...names].map(([name, origins]): AccumulationState["inputs"][number] => [kind, name, origins]),
      ),
    };
  }
}

function isHit({ results }: Comparison["was"], rule: string): boolean {
  return results.some((one) => one.rule === rule && one.result === "hit");
}
