import type { Evaluation } from "../rules/evaluation.ts";
import type { Facts } from "../rules/facts.ts";
import { OUTCOMES, type Outcome } from "../transactions/reasons.ts";
import type { Instruments } from "./instruments.ts";
import { SECONDS } from "./requests.ts";

/** Told of what happens on the way to a decision. Times are milliseconds. */
export interface DecisionObserver {
  /** A decision was made and is stored. The amount is minor units. */
  decided(decision: { readonly outcome: Outcome; readonly amount: bigint; readonly currency: string }): void;
  /** An earlier request had made it. */
  replayed(): void;
  evaluated(results: Evaluation["results"], took: number): void;
  /** One rule was timed. */
  timedRule(rule: string, took: number): void;
  /** The same screening, timed. */
  screening(screen: Facts["screen"]): Facts["screen"];
  /** Windows of so many transactions were asked for. */
  windows(transactions: number, outcome: "observed" | "away"): void;
  /** A batch was written, or not. */
  wrote(rows: number, took: number, stored: boolean): void;
}

/** Seconds. */
const EVALUATION = [0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01];
const ROWS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];
/** Rules come from people: a metric with more series than this helps nobody. */
const MOST_RULES = 500;

export function meterDecisions({ counter, histogram }: Instruments): DecisionObserver {
  const byOutcome = counter<"outcome">("validator_decisions_total", "Decisions that were made and stored.");
  const outcomes = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, byOutcome({ outcome })]));
  const replayed = counter("validator_decisions_replayed_total", "Answers with a decision made before.")({});
  const evaluations = histogram(
    "validator_rules_seconds",
    "Evaluation of the live rule set.",
    EVALUATION,
  )({});
  const results = counter<"rule" | "result">(
    "validator_rule_results_total",
    "Rules that were hits, errors or snoozed.",
  );
  const seconds = counter<"rule">("validator_rule_sampled_seconds_total", "Time of a rule, in the samples.");
  const samples = counter<"rule">("validator_rule_samples_total", "Times that a rule was timed.");
  const screening = histogram("validator_screening_seconds", "Screening of one name.", EVALUATION)({});
  const windows = counter<"outcome">(
    "validator_velocity_total",
    "Transactions whose windows were asked for.",
  );
  const velocity = { observed: windows({ outcome: "observed" }), away: windows({ outcome: "away" }) };
  const batches = histogram("validator_batch_rows", "Decisions that were written at once.", ROWS)({});
  const writes = histogram<"result">("validator_batch_seconds", "Durable write of a batch.", SECONDS);
  const [stored, failed] = [writes({ result: "stored" }), writes({ result: "failed" })];

  const resultCounters = remember((rule: string, result: string) => results({ rule, result }));
  const ruleCounters = remember((rule: string) => ({
    seconds: seconds({ rule }),
    samples: samples({ rule }),
  }));

  return {
    decided: ({ outcome }) => outcomes[outcome]?.inc(),
    replayed: () => replayed.inc(),
    evaluated(all, took) {
      evaluations.observe(took / 1000);
      for (const { rule, result } of all) resultCounters(rule, result)?.inc();
    },
    timedRule(rule, took) {
      const counters = ruleCounters(rule);
      counters?.seconds.inc(took / 1000);
      counters?.samples.inc();
    },
    screening: (screen) => (name) => {
      const began = performance.now();
      const matches = screen(name);
      screening.observe((performance.now() - began) / 1000);
      return matches;
    },
    windows: (transactions, outcome) => velocity[outcome].inc(transactions),
    wrote(rows, took, isStored) {
      batches.observe(rows);
      (isStored ? stored : failed).observe(took / 1000);
    },
  };
}

/** Series by a rule's name and what else tells them apart; undefined where there are too many. */
function remember<Key extends string[], Series>(
  make: (...key: Key) => Series,
): (...key: Key) => Series | undefined {
  const byRule = new Map<string, Map<string, Series>>();
  return (...key) => {
    const [rule = "", rest = ""] = key;
    let series = byRule.get(rule);
    if (series === undefined) {
      if (byRule.size >= MOST_RULES) return undefined;
      byRule.set(rule, (series = new Map()));
    }
    let found = series.get(rest);
    if (found === undefined) series.set(rest, (found = make(...key)));
    return found;
  };
}
