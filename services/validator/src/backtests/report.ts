import type { RuleSetDocument } from "../rules/document.ts";
import { severity } from "../rules/severity.ts";
import type { AccumulationState, RuleCounts } from "./accumulation.ts";
import { OBSTACLES } from "./comparison.ts";
import type { Report } from "./report-schema.ts";
import type { ScoreState } from "./scores.ts";

/** What a report is about. */
export interface Subject {
  readonly version: number;
  readonly hash: string;
  readonly document: RuleSetDocument;
  readonly from: Date;
  readonly to: Date;
  readonly sample: number;
}

/** Makes the report of what was accumulated. Pure: the same state gives the same report. */
export function reportOf(
  { version, hash, document, from, to, sample }: Subject,
  state: AccumulationState,
): Report {
  const changed = sum(state.cells.filter(({ was, wouldBe }) => was !== wouldBe).map(({ count }) => count));
  return {
    ruleSet: { version, hash },
    from: from.toISOString(),
    to: to.toISOString(),
    sample,
    transactions: {
      evaluated: state.evaluated,
      changed,
      shareChanged: share(changed, state.evaluated),
      notEvaluated: state.obstacles
        .toSorted(([a], [b]) => compare(a, b))
        .map(([why, transactions, examples]) => ({ why, message: OBSTACLES[why], transactions, examples })),
    },
    decidedBy: state.decidedBy
      .toSorted(([a], [b]) => a - b)
      .map(([version, transactions]) => ({ version, transactions })),
    outcomes: state.cells
      .toSorted((a, b) => severity(a.was) - severity(b.was) || severity(a.wouldBe) - severity(b.wouldBe))
      .map(({ was, wouldBe, count, amounts, examples }) => ({
        was,
        wouldBe,
        transactions: count,
        amounts: Object.entries(amounts)
          .toSorted(([a], [b]) => compare(a, b))
          .map(([currency, value]) => ({ currency, value })),
        examples,
      })),
    rules: rulesOf(document, state),
    scores: scoresOf(state.scores),
    inputs: state.inputs
      .toSorted(([a, nameA], [b, nameB]) => compare(a, b) || compare(nameA, nameB))
      .map(([kind, name, origins]) => ({ kind, name, ...origins })),
  };
}

const NOTHING: RuleCounts = { hit: 0, error: 0, snoozed: 0 };

function rulesOf(document: RuleSetDocument, { rules }: AccumulationState): Report["rules"] {
  const known = new Map(rules);
  const own = document.rules.filter(({ enabled }) => enabled !== false).map(({ id }) => id);
  const others = [...known.keys()].filter((rule) => !own.includes(rule)).toSorted(compare);
  return [...own, ...others].map((rule) => {
    const tally = known.get(rule);
    return {
      rule,
      was: countsOf(tally?.was),
      wouldBe: countsOf(tally?.wouldBe),
      newlyHit: tally?.newlyHit ?? 0,
      noLongerHit: tally?.noLongerHit ?? 0,
      changedOutcomes: tally?.changed ?? 0,
      shareChanged: share(tally?.changed ?? 0, tally?.concerned ?? 0),
      newlyHitExamples: tally?.newlyHitExamples ?? [],
      noLongerHitExamples: tally?.noLongerHitExamples ?? [],
    };
  });
}

function countsOf({ hit, error, snoozed } = NOTHING) {
  return { hits: hit, errors: error, snoozed };
}

function scoresOf({ count, was, wouldBe, higher, lower, buckets }: ScoreState): Report["scores"] {
  const side = ({ sum, least, most }: ScoreState["was"]) => ({
    mean: count === 0 ? null : sum / count,
    least,
    most,
  });
  return {
    was: side(was),
    wouldBe: side(wouldBe),
    higher,
    lower,
    distribution: buckets.map(([from, was, wouldBe]) => ({ from, was, wouldBe })),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** By code units, on every machine alike. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
