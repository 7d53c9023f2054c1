import type { CompiledRuleSet, RuleResult } from "../rules/evaluation.ts";
import type { Facts } from "../rules/facts.ts";
import { severest, type Outcome } from "../transactions/reasons.ts";
import type { Transaction } from "../transactions/transaction.ts";

/** A decision as the shadows see it: stored, and soon answered. */
export interface Decided {
  readonly id: string;
  readonly outcome: Outcome;
  /** What the checks alone came to: they are the same for every version. */
  readonly checked: Outcome;
  readonly transaction: Transaction;
  readonly facts: Facts;
}

/** What a version in the shadow would have decided. */
export interface ShadowDecision {
  readonly decision: string;
  readonly ruleSet: CompiledRuleSet;
  readonly outcome: Outcome;
  readonly score: number;
  readonly results: readonly RuleResult[];
  /** What was answered. */
  readonly decided: Outcome;
}

export interface Shadows {
  /** Evaluates later, when nobody waits for it. */
  evaluate(decided: Decided, ruleSets: readonly CompiledRuleSet[]): void;
  /** Shadow decisions that were not made or not stored, since the start. */
  readonly dropped: number;
  /** Resolves when all that was taken on is stored or dropped. */
  idle(): Promise<void>;
}

export interface ShadowOptions {
  /** Stores rows; they are dropped where it fails. */
  store: (rows: readonly ShadowDecision[]) => Promise<void>;
  /** Decisions that may wait; one more is dropped. */
  maxWaiting?: number;
}

/** Decisions evaluated in one turn of the event loop: requests come in between. */
const SLICE = 20;
/** Rows that are stored at once. */
const BATCH = 200;

export function createShadows({ store, maxWaiting = 2000 }: ShadowOptions): Shadows {
  let waiting: { decided: Decided; ruleSets: readonly CompiledRuleSet[] }[] = [];
  let running: Promise<void> | undefined;
  let dropped = 0;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      let rows: ShadowDecision[] = [];
      while (waiting.length > 0 && rows.length < BATCH) {
        await new Promise(setImmediate);
        const slice = waiting.splice(0, SLICE);
        rows = rows.concat(
          slice.flatMap(({ decided, ruleSets }) => ruleSets.map((set) => judge(decided, set))),
        );
      }
      await store(rows).catch(() => {
        dropped += rows.length;
      });
    }
    running = undefined;
  }

  return {
    evaluate(decided, ruleSets) {
      if (ruleSets.length === 0) return;
      if (waiting.length >= maxWaiting) {
        dropped += ruleSets.length;
        return;
      }
      waiting.push({ decided, ruleSets });
      running ??= run();
    },
    get dropped() {
      return dropped;
    },
    idle: async () => running,
  };
}

function judge(
  { id, outcome: decided, checked, transaction, facts }: Decided,
  ruleSet: CompiledRuleSet,
): ShadowDecision {
  const { outcome, score, results } = ruleSet.evaluate(transaction, facts);
  return { decision: id, ruleSet, outcome: severest(checked, outcome), score, results, decided };
}
