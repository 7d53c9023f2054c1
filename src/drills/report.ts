import type { Spread, Verdict } from "#model/evidence.ts";
import type { Substitute } from "#model/substitutes.ts";
import type { TwinStatus } from "#twin/status.ts";
import type { Drill, DrillName } from "./drill.ts";
import { type Judged, judge, type Promised, promisesOf, verdictOf } from "./judge.ts";
import { ENTRY } from "./round-targets.ts";
import type { RoundFigures, TargetFigures } from "./round.ts";

/** What a drill has shown; `plumbline drill --json` prints exactly this. Spreads are of milliseconds. */
export interface DrillReport {
  readonly schemaVersion: 1;
  readonly drill: DrillName;
  readonly twin: string;
  readonly architecture: string;
  readonly environment: string;
  /** Rounds that were run. */
  readonly times: number;
  readonly verdict: Verdict;
  /** Over all rounds and targets. */
  readonly lost: number;
  readonly unacknowledged: number;
  readonly failedRequests: number;
  /** Of those rounds in which service came back, as the drill's own clients saw it; null where there is none. */
  readonly outageMs: Spread | null;
  /** Rounds in which it did not come back. */
  readonly notRecovered: number;
  readonly detectionMs: Spread | null;
  readonly recoveryMs: Spread | null;
  /** The one about recovery, or the first; null where the architecture promises nothing about it. */
  readonly objective: Judged | null;
  readonly objectives: readonly Judged[];
  readonly profile: TwinStatus["profile"];
  readonly substitutes: readonly Substitute[];
  readonly interrupted: boolean;
  readonly rounds: readonly RoundFigures[];
}

export function reportOf(
  drill: Drill,
  status: TwinStatus,
  promised: readonly Promised[],
  rounds: readonly RoundFigures[],
  interrupted: boolean,
): DrillReport {
  const judged = [...promised, ...promisesOf(rounds)].map((each) => judge(each, rounds));
  const targets = rounds.flatMap((round) => round.targets);
  const sum = (of: (target: TargetFigures) => number) =>
    targets.reduce((total, target) => total + of(target), 0);
  const outages = rounds.map((round) => seenBy(drill, round)?.outageMs ?? null);
  return {
    schemaVersion: 1,
    drill: drill.name,
    twin: status.name,
    architecture: status.architecture,
    environment: status.environment,
    times: rounds.length,
    verdict: verdictOf(rounds, judged, drill),
    lost: sum(({ ledger }) => ledger?.lost ?? 0),
    unacknowledged: sum(({ ledger }) => ledger?.unacknowledged ?? 0),
    failedRequests: sum(({ failed }) => failed),
    outageMs: spreadOf(outages),
    notRecovered: outages.filter((outage) => outage === null).length,
    detectionMs: spreadOf(rounds.map(({ detectionMs }) => detectionMs)),
    recoveryMs: spreadOf(rounds.map(({ recoveryMs }) => recoveryMs)),
    objective: judged.find(({ kind }) => kind === "recovery") ?? judged[0] ?? null,
    objectives: judged,
    profile: status.profile,
    substitutes: status.substitutes,
    interrupted,
    rounds,
  };
}

/** The target whose outage the drill is about. */
export function seenBy(
  { seenBy: who }: Pick<Drill, "seenBy">,
  { targets }: RoundFigures,
): TargetFigures | undefined {
  return targets.find(({ target }) => (target === ENTRY) === (who === "clients")) ?? targets[0];
}

export function spreadOf(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const at = (index: number) => sorted[index] as number;
  const middle = (sorted.length - 1) / 2;
  if (sorted.length === 0) return null;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}
